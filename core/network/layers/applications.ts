import { int } from "../config.js";
import { addSize, addWeight, channelsOf, onlyInput, passing, refuse, result, type Rule } from "../site.js";
import { joined, numberOf, unchanged } from "./constants.js";
import { nothing, notInStock, ORDINARY, type LayerClass } from "./layer-class.js";
import { elementwiseMerge } from "./merge.js";

/** Layers that keras.applications brings along with its networks. */

/** LayerScale of ConvNeXt: a factor for each channel. */
const layerScale: Rule = (site) => {
  const input = onlyInput(site);
  const ids = channelsOf(site, input);
  const width = int(site.config, "projection_dim", ids.length);
  if (width !== ids.length) refuse(site, "P5006", `scales ${width} channels and gets ${ids.length}`);
  const config = { value: numberOf(site.config.values, "init_values", 1e-6) };
  addWeight(site, "gamma", [passing(ids)], { initializer: { class_name: "Constant", config } });
  addSize(site, ["projection_dim"], ids);
  return [result(site, input.shape, ids)];
};

export const applicationLayers = {
  /** Of InceptionResNetV2: the first input and a share of the second. */
  CustomScaleLayer: {
    ...ORDINARY,
    rule: elementwiseMerge("join"),
    silence: nothing,
    constants: (call) => joined(([a = NaN, b = NaN]) => a + b * numberOf(call.config, "scale", 1))(call),
    combines: "other",
    stock: notInStock,
  },
  LayerScale: {
    ...ORDINARY,
    rule: layerScale,
    silence: nothing,
    constants: ({ inputs, data }) => {
      const gamma = data("gamma");
      return (inputs[0] ?? new Float64Array()).map((x, i) =>
        gamma?.[i] === 0 ? 0 : x * (gamma?.[i] ?? NaN),
      );
    },
    stock: notInStock,
  },
  /** Of ConvNeXt: leaves out a branch for some of the examples while it trains. */
  StochasticDepth: {
    ...ORDINARY,
    rule: (site) => {
      const input = onlyInput(site);
      return [result(site, input.shape, input.ids)];
    },
    silence: nothing,
    constants: unchanged,
    stock: notInStock,
  },
} satisfies Record<string, LayerClass>;
