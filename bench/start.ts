import { execFileSync } from "node:child_process";
import { median, writeResult } from "./result.js";

/** `espalier --help`, cold: a new process each time, built code, beside a process of Node that does nothing; the two take turns. */

const commands = {
  help: ["dist/cli/bin.js", "--help"],
  node: ["-e", "0"],
} as const;

function started(args: readonly string[]): number {
  const before = performance.now();
  execFileSync(process.execPath, args, { stdio: "ignore" });
  return performance.now() - before;
}

const all = { help: [] as number[], node: [] as number[] };
for (let turn = 0; turn <= 21; turn++)
  for (const name of ["help", "node"] as const) {
    const time = started(commands[name]);
    // The first of each fills caches.
    if (turn > 0) all[name].push(time);
  }
writeResult("start", {
  milliseconds: { help: median(all.help), node: median(all.node), all },
  limit: 150,
});
