/**
 * Runs a benchmark of this folder: `node bench/run.mjs step [arguments]`. `node bench/run.mjs all` runs all of them in one go, each in a
 * process of its own; build first (`npm run build`), for `check` measures what is built.
 */
import { spawnSync } from "node:child_process";
import { fileURLToPath } from "node:url";
import { runnerImport } from "vite";

const ALL = [
  ["start"],
  ["check"],
  ["select"],
  ["step"],
  ["rules"],
  ["alignment"],
  ["latency"],
  ["page"],
  ["native", "0"],
  ["native", "1"],
];

const [name = "step"] = process.argv.slice(2);
if (name === "all") {
  for (const each of ALL) {
    const { status } = spawnSync(process.execPath, [fileURLToPath(import.meta.url), ...each], {
      stdio: "inherit",
    });
    if (status !== 0) process.exit(status ?? 1);
  }
} else await runnerImport(`./bench/${name}.ts`, { configFile: false, logLevel: "error" });
