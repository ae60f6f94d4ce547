import { mkdirSync, writeFileSync } from "node:fs";
import { availableParallelism, cpus } from "node:os";

/** Writes one measurement with the machine it was made on (not where BENCH_PRINT_ONLY is set), and prints it. */
export function writeResult(name: string, result: Readonly<Record<string, unknown>>): void {
  const machine = {
    cpu: cpus()[0]?.model ?? "unknown",
    cores: availableParallelism(),
    node: process.version,
  };
  const text = JSON.stringify(
    { name, machine, ...result },
    (_, value: unknown) => (typeof value === "number" ? Number(value.toPrecision(5)) : value),
    2,
  );
  if (process.env["BENCH_PRINT_ONLY"] === undefined) {
    mkdirSync("bench/results", { recursive: true });
    writeFileSync(`bench/results/${name}.json`, `${text}\n`);
  }
  console.log(text);
}

export function median(values: readonly number[]): number {
  const sorted = [...values].sort((a, b) => a - b);
  const middle = sorted.length >> 1;
  const upper = sorted[middle] ?? NaN;
  return sorted.length % 2 === 1 ? upper : (upper + (sorted[middle - 1] ?? NaN)) / 2;
}
