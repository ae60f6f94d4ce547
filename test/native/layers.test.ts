import { describe } from "vitest";
import { stockLayersSuite } from "../runtime/backend/stock-layers-suite.js";

describe("layers of tfjs-layers on tfjs-node", () => stockLayersSuite({ backend: "node" }));
