import { describe } from "vitest";
import { stockLayersSuite } from "./stock-layers-suite.js";

describe("layers of tfjs-layers on wasm", () => stockLayersSuite({ backend: "wasm" }));
