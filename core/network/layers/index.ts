import { activationFunction } from "../activations.js";
import { diagnostic } from "../../diagnostics/create.js";
import type { Diagnostic } from "../../diagnostics/diagnostic.js";
import { quote } from "../../diagnostics/quote.js";
import { counted } from "../../ir/words.js";
import { addTo } from "../../tables.js";
import { heldLayer, isJsonArray } from "../json.js";
import type { LayerInfo } from "../types.js";
import { attentionLayers } from "./attention.js";
import { convolutions } from "./convolution.js";
import { tableLayers } from "./dense.js";
import { applicationLayers } from "./applications.js";
import { augmentationLayers } from "./augmentation.js";
import { elementwiseLayers } from "./elementwise.js";
import type { LayerClass, LayerFamily, Uptake } from "./layer-class.js";
import { mergeLayers } from "./merge.js";
import { normLayers } from "./norm.js";
import { recurrentLayers } from "./recurrent.js";
import { reshapeLayers } from "./reshape.js";
import { spatialLayers } from "./spatial.js";
import { UNKNOWN, wrappers } from "./wrappers.js";

export type { ConstantCall, LayerClass, LayerFamily, Uptake } from "./layer-class.js";

/** Every layer class that is known. An InputLayer is not called: models enter their inputs themselves. */
export const layerClasses = {
  ...convolutions,
  ...tableLayers,
  ...elementwiseLayers,
  ...normLayers,
  ...augmentationLayers,
  ...applicationLayers,
  ...attentionLayers,
  ...mergeLayers,
  ...recurrentLayers,
  ...reshapeLayers,
  ...spatialLayers,
  ...wrappers(layerClass),
  InputLayer: {
    ...UNKNOWN,
    normalise: (config) => {
      delete config["optional"];
      delete config["shape"];
    },
  },
} satisfies Record<string, LayerClass>;

export type ClassName = keyof typeof layerClasses;

export function isLayerClass(className: string): className is ClassName {
  return Object.prototype.hasOwnProperty.call(layerClasses, className);
}

/** What is known of a class; of one that is not in the table, that it is a barrier. */
export function layerClass(className: string): LayerClass {
  return isLayerClass(className) ? layerClasses[className] : UNKNOWN;
}

/** What a layer is for pruning. */
export function layerFamily({ className, config }: LayerInfo): LayerFamily {
  const { family } = layerClass(className);
  if (family !== "inner") return family;
  const inner = layerClass(heldLayer(config["layer"])?.className ?? "").family;
  return inner === "inner" ? "other" : inner;
}

/** Why stock TensorFlow.js cannot read a layer or computes it otherwise; null where it does the same. */
export function stockObjection({
  className,
  config,
}: Pick<LayerInfo, "className" | "config">): string | null {
  const own = layerClass(className).stock(config);
  if (own !== null) return own;
  for (const [key, value] of Object.entries(config)) {
    if (/activation$/.test(key) && activationFunction(value)?.stock === false)
      return `TensorFlow.js has no activation \`${String(value)}\` of this kind`;
    // The initializer `Identity` is no layer of that name.
    if (/(initializer|regularizer|constraint)$/.test(key)) continue;
    for (const held of isJsonArray(value) ? value : [value]) {
      const inner = heldLayer(held);
      const objection = inner && stockObjection(inner);
      if (objection !== null) return objection;
    }
  }
  return null;
}

/** That the file which is written cannot be used where TensorFlow.js runs alone, and why not; nothing where it can. */
export function stockWarnings(layers: readonly LayerInfo[]): readonly Diagnostic[] {
  const objections = new Map<string, string[]>();
  for (const layer of layers) {
    const objection = stockObjection(layer);
    if (objection !== null) addTo(objections, objection, layer.path);
  }
  if (objections.size === 0) return [];
  const notes = [...objections].map(
    ([why, [first = "", ...more]]) =>
      `${quote(first)}${more.length > 0 ? ` and ${counted(more.length, "more layers")}` : ""}: ${why}`,
  );
  const help = "espalier reads it back, and Keras a file of Keras";
  const message = "stock TensorFlow.js cannot read the network back as it computes here";
  return [diagnostic("P5118", message, null, { notes, help })];
}

/** What a layer does with a constant input that is the same everywhere in the example. */
export function uptakeOf({ className, config }: Pick<LayerInfo, "className" | "config">): Uptake {
  return layerClass(className).uptake(config);
}
