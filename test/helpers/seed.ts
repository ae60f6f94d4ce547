import fc from "fast-check";
import { firstSeed } from "./runs.js";

// Properties draw from here on: `ESPALIER_SEED=7 npm test` draws others.
fc.configureGlobal({ seed: firstSeed() });
