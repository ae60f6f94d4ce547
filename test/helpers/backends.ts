import type { BackendName } from "../../runtime/types.js";

/** Backends that something is asked of: these, or tfjs-node in `npm run test:native`, whose list (vitest.native.config.ts) names the files. */
export const backends = (...names: readonly BackendName[]): readonly BackendName[] =>
  process.env["ESPALIER_BACKEND"] === "node" ? ["node"] : names;
