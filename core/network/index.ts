export { costBounds, type Bounds, type CostBounds } from "./cost-bounds.js";
export { costs, LiveCounts, type IsDead } from "./costs.js";
export { describeUnit, explainTie, producerPath, showTies, tiesOfUnit, type Tie } from "./explain.js";
export { liveChannels, type ChannelCount } from "./live-channels.js";
export { readNetwork, type ReadNetworkOptions } from "./read.js";
export { isLayerClass } from "./layers/index.js";
export type * from "./types.js";
