export { createExecutor, type ExecutorOptions } from "./executor.js";
export { outputLosses, type OutputLoss } from "./loss.js";
export { compareLatency, type Latency, type LatencyOptions } from "./latency.js";
