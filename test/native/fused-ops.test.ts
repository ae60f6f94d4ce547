import { describe } from "vitest";
import { fusedOpsSuite } from "../runtime/backend/fused-ops-suite.js";

describe("fused ops on tfjs-node", () => fusedOpsSuite({ backend: "node" }));
