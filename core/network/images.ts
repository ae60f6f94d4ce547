import { augmentationRow, isAugmentation } from "../ir/augmentations.js";
import type { Network, Shape } from "./types.js";

/** Which input of a network holds images, or why none can be altered as such. */
export type Images = { readonly input: number } | { readonly why: string; readonly help?: string };

const ownCode = "alter them in a data module";

/**
 * Images are height × width × channels for each example. What is altered so that things move (`moves`) needs answers that do not say where in
 * the picture something is.
 */
export function imagesOf(network: Network, ways: readonly string[]): Images {
  const shapeOf = (tensor: number): Shape => network.tensors[tensor]?.shape ?? [];
  const inputs = network.inputs.map(shapeOf);
  const found = inputs.flatMap((shape, i) => (shape.length === 4 ? [i] : []));
  const [input] = found;
  if (input === undefined)
    return {
      why: `\`${network.name}\` reads ${inputs.map(written).join(" and ")}`,
      help: "an image is height × width × channels for each example",
    };
  if (found.length > 1)
    return {
      why: `\`${network.name}\` reads ${found.length} images for each example`,
      help: `whether they are to be altered alike only you know: ${ownCode}`,
    };
  const first = network.layers.find(({ config }) => /^channels_?first$/i.test(String(config["data_format"])));
  if (first !== undefined)
    return {
      why: `\`${first.path}\` has its channels first`,
      help: `images are height × width × channels here: ${ownCode}`,
    };
  const moving = ways.find((way) => isAugmentation(way) && augmentationRow(way).moves);
  const map = network.outputs.map(shapeOf).find((shape) => shape.length > 2);
  if (moving !== undefined && map !== undefined)
    return {
      why: `\`${moving}\` would move the images and not their answers: the network gives ${written(map)}`,
      help: `keep to ${still}, or ${ownCode.replace("them", "both")}`,
    };
  return { input };
}

const still = "`brightness`, `contrast` and `cutout`";

const written = (shape: Shape): string =>
  shape
    .slice(1)
    .map((extent) => extent ?? "any")
    .join(" × ");
