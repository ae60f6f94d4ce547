import { describe } from "vitest";
import { fusedOpsSuite } from "./fused-ops-suite.js";

describe("fused ops on wasm", () => fusedOpsSuite({ backend: "wasm" }));
