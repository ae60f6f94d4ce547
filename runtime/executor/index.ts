export { createExecutor, type ExecutorOptions } from "./executor.js";
export { outputLosses, type OutputLoss } from "./loss.js";
export { compareLatency, measureLatency, type Latency, type LatencyOptions } from "./latency.js";
