/**
 * The one door to TensorFlow.js. Everything of ours imports it from here, so that one copy of tfjs-core is loaded.
 *
 * In Node `@tensorflow/*` 4.22.0 resolves to its CommonJS files for `import` and `require` alike (the packages have
 * a `main` and no `exports`), which is also what `@tensorflow/tfjs-node` requires: one engine, one kernel registry.
 * Loading tfjs-layers is what registers the gradients; the chained tensor methods are registered here.
 */
import * as tf from "@tensorflow/tfjs-core";
import * as layers from "@tensorflow/tfjs-layers";
import { registerChainedMethods } from "./chained.js";

registerChainedMethods();

export { layers, tf };
