import { selectRange } from "../core/choose/select.js";
import { threefry } from "../core/random.js";
import { median, writeResult } from "./result.js";

/** Processor time to mark exactly nine tenths of 25 million scores, the lowest first. */
const n = 25_000_000;
const k = 22_500_000;

function normals(length: number): Float32Array {
  const words = new Uint32Array(2);
  return Float32Array.from({ length }, (_, i) => {
    threefry(1, 2, i, 0, words);
    const radius = Math.sqrt(-2 * Math.log(((words[0] ?? 0) + 1) / 2 ** 32));
    return Math.abs(radius * Math.cos((2 * Math.PI * (words[1] ?? 0)) / 2 ** 32));
  });
}

function seconds(scores: Float32Array | Float64Array): readonly number[] {
  const open = new Uint8Array(n).fill(1);
  return Array.from({ length: 5 }, () => {
    const chosen = new Uint8Array(n);
    const start = process.cpuUsage();
    const taken = selectRange(scores, open, 0, n, k, chosen);
    const used = process.cpuUsage(start);
    const spent = (used.user + used.system) / 1e6;
    let marked = 0;
    for (let i = 0; i < n; i++) marked += chosen[i] ?? 0;
    if (taken !== k || marked !== k) throw new Error(`marked ${marked} of ${k}`);
    return Math.round(spent * 1000) / 1000;
  });
}

const magnitudes = normals(n);
const tied = magnitudes.map((x) => Math.round(x * 8) / 8);
const measured = Object.entries({
  "32-bit magnitudes": magnitudes,
  "32-bit, 40 distinct values": tied,
}).map(([scores, values]) => {
  const runs = seconds(values);
  return { scores, seconds: median(runs), runs };
});
writeResult("select", {
  what: "exact selection of the lowest 22.5 of 25 million scores, processor seconds",
  measured,
});
