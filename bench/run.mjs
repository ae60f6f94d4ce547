/** Runs a benchmark of this folder: `node bench/run.mjs step [arguments]`. */
import { runnerImport } from "vite";

const [name = "step"] = process.argv.slice(2);
await runnerImport(`./bench/${name}.ts`, { configFile: false, logLevel: "error" });
