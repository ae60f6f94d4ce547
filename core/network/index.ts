export { costBounds, type Bounds, type CostBounds } from "./cost-bounds.js";
export { CostTally, savings, type CostPair } from "./cost-tally.js";
export { costs, LiveCounts, type IsDead } from "./costs.js";
export { describeUnit, explainTie, producerPath, showTies, tiesOfUnit, type Tie } from "./explain.js";
export { liveChannels, type ChannelCount } from "./live-channels.js";
export { readNetwork, type ReadNetworkOptions } from "./read.js";
export { isLayerClass, layerClass, layerClasses, type ClassName, type LayerClass } from "./layers/index.js";
export type * from "./types.js";
