export { costs, LiveCounts, type IsDead } from "./costs.js";
export { describeUnit, explainTie, producerPath, showTies, tiesOfUnit, type Tie } from "./explain.js";
export { weightsToHold } from "./hold.js";
export { liveChannels, type ChannelCount } from "./live-channels.js";
export { readNetwork, type ReadNetworkOptions } from "./read.js";
export { knownClasses } from "./rules/index.js";
export type * from "./types.js";
