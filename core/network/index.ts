export { channelsOf, costs, type IsDead } from "./costs.js";
export { describeUnit, explainTie, producerPath, showTies, tiesOfUnit, type Tie } from "./explain.js";
export { readNetwork, type ReadNetworkOptions } from "./read.js";
export { isLayerClass } from "./layers/index.js";
export type * from "./types.js";
