import type { BackendName } from "../../runtime/types.js";
import { runs } from "./runs.js";

/** Backends that something is asked of: these, or tfjs-node in `npm run test:native`, whose list (vitest.native.config.ts) names the files. */
export const backends = (...names: readonly BackendName[]): readonly BackendName[] =>
  process.env["ESPALIER_BACKEND"] === "node" ? ["node"] : names;

/** Those that gradients are compared with differences on: wasm in `npm test`, cpu too in `npm run test:long`, tfjs-node in `npm run test:native`. */
export const differencesOn = (): readonly BackendName[] =>
  runs(0, 1) > 0 ? backends("cpu", "wasm") : backends("wasm");
