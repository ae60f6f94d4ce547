export { createExecutor, type ExecutorOptions } from "./executor.js";
export { outputLosses, type OutputLoss } from "./loss.js";
