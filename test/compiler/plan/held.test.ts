import { expect, test } from "vitest";
import { heldRules } from "../../../compiler/plan/held.js";
import { dead, living } from "../../../core/masks/state.js";
import { namedNetworks } from "../../helpers/networks.js";
import { networkOf } from "../../core/masks/setting.js";

test("masks beside a network tell whether they leave one weight to a kernel, and one tap to a channel", () => {
  const network = networkOf(namedNetworks.get("plain")?.());
  const [weight] = network.layers.flatMap((layer) => layer.weights).filter(({ shape }) => shape.length === 4);
  if (weight === undefined) throw new Error("there is no convolution");
  const [height = 1, width = 1, inputs = 1, outputs = 1] = weight.shape;
  const kernels = inputs * outputs;
  const told = (tapsOf: (kernel: number) => readonly number[]) => {
    const codes = new Uint8Array(height * width * kernels).fill(dead);
    for (let kernel = 0; kernel < kernels; kernel++)
      for (const tap of tapsOf(kernel)) codes[tap * kernels + kernel] = living;
    const channels = new Uint8Array(network.channels.count);
    return heldRules({ kernels: [{ weight }] }, { channels, elements: new Map([[weight.key, codes]]) });
  };
  const one = { keep: 1, of: "kernel" };
  expect(told(() => [4])).toEqual({ oneTap: true, inside: one });
  expect(told((kernel) => [kernel % 9])).toEqual({ oneTap: false, inside: one });
  // One kernel more, or less, than that.
  expect(told((kernel) => (kernel === 1 ? [4, 5] : [4]))).toEqual({ oneTap: false });
  expect(told((kernel) => (kernel === 1 ? [] : [4]))).toEqual({ oneTap: true });
});
