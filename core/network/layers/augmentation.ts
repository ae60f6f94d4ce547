import { onlyInput, result, type Rule } from "../site.js";
import { unchanged } from "./constants.js";
import { nothing, notInStock, ORDINARY, type LayerClass } from "./layer-class.js";

/** Layers that alter images at random while Keras trains; outside of training, and here always, they do nothing. */

const still: Rule = (site) => {
  const input = onlyInput(site);
  return [result(site, input.shape, input.ids)];
};

const augmentation = {
  ...ORDINARY,
  rule: still,
  silence: nothing,
  constants: unchanged,
  stock: notInStock,
} as const satisfies LayerClass;

export const augmentationLayers = {
  RandomBrightness: augmentation,
  RandomColorDegeneration: augmentation,
  RandomColorJitter: augmentation,
  RandomContrast: augmentation,
  RandomElasticTransform: augmentation,
  RandomErasing: augmentation,
  RandomFlip: augmentation,
  RandomGaussianBlur: augmentation,
  RandomGrayscale: augmentation,
  RandomHue: augmentation,
  RandomInvert: augmentation,
  RandomPerspective: augmentation,
  RandomPosterization: augmentation,
  RandomRotation: augmentation,
  RandomSaturation: augmentation,
  RandomSharpness: augmentation,
  RandomShear: augmentation,
  RandomTranslation: augmentation,
  RandomZoom: augmentation,
} satisfies Record<string, LayerClass>;
