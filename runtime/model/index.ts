export { initialValues } from "../../core/masks/initializers.js";
export { isLiveModel, type LiveModel } from "./live.js";
export { modelBytes, type ModelBytes } from "./bytes.js";
export type { LoadedModel, LoadOptions } from "./from-parts.js";
export { loadModel } from "./load.js";
export { saveModel, type SavedModel } from "./save.js";
export { toLayersModel } from "./to-layers-model.js";
