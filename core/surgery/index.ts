export { absorb, type Absorption } from "./absorb.js";
export { planAbsorption, type AbsorbPlan } from "./absorb-plan.js";
export { collapse, emptiedLayers, type Collapse } from "../network/collapse.js";
export { slim, slimSlots, slimStore, type Slimming, type SlimOptions, type SlimResult } from "./slim.js";
