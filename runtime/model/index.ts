export { initialValues } from "../../core/masks/initializers.js";
export { isLiveModel, type LiveModel } from "./live.js";
export { loadModel, type LoadedModel, type LoadOptions } from "./load.js";
export { modelBytes, saveModel, type ModelBytes, type SavedModel } from "./save.js";
export { toLayersModel } from "./to-layers-model.js";
