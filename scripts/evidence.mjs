// `npm run evidence -- NAME…`: see bench/evidence/evidence.ts.
import { fileURLToPath } from "node:url";
import { runnerImport } from "vite";

const root = fileURLToPath(new URL("..", import.meta.url));
await runnerImport(`${root}bench/evidence/evidence.ts`, { configFile: false, logLevel: "error" });
