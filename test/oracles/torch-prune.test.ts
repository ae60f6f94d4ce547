import { mkdtempSync, readFileSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { describe, expect, it, test } from "vitest";
import { harden } from "../../core/masks/harden.js";
import { maskedData } from "../../core/masks/masked.js";
import { masksFile } from "../../runtime/checkpoint/held-masks.js";
import { encodeTensors } from "../../runtime/checkpoint/safetensors.js";
import { abs, openRun } from "../../runtime/index.js";
import { topology } from "../helpers/networks.js";
import { settingOf } from "../core/masks/setting.js";
import { options } from "../runtime/run/fixtures.js";
import { bitsOf, fromTorch, pruned, zerosIn } from "./masks.js";

/** What torch.nn.utils.prune left after each of some calls; see torch_prune.py. */
interface Recorded {
  readonly shape: readonly number[];
  readonly weights: readonly number[];
  readonly steps: readonly { readonly mask: string }[];
}
interface Layer extends Recorded {
  readonly title: string;
  /** The weights after `remove`. */
  readonly removed: readonly number[];
}
const { layers, global }: { readonly layers: readonly Layer[]; readonly global: readonly Recorded[] } =
  JSON.parse(readFileSync(new URL("torch-prune.json", import.meta.url), "utf8"));

function recorded(title: string): Layer {
  const found = layers.find((one) => one.title === title);
  if (found === undefined) throw new Error(`torch_prune.py records no ${title}`);
  return found;
}

/** A network in which the recorded layer is `l`: its channels are made by the layer before, its filters read by the one behind. */
function settingWith({ shape, weights }: Recorded) {
  const [outputs = 1, inputs = 1, ...kernel_size] = shape;
  const b = topology();
  const conv = kernel_size.length > 0;
  const made = conv
    ? b.call("Conv2D", { filters: inputs, kernel_size: [1, 1] }, [b.input([6, 6, 2])])
    : b.call("Dense", { units: inputs }, [b.input([2])]);
  const own = conv
    ? b.call("Flatten", {}, [
        b.call("Conv2D", { filters: outputs, kernel_size, use_bias: false }, [made], "l"),
      ])
    : b.call("Dense", { units: outputs, use_bias: false }, [made], "l");
  const setting = settingOf(b.build([b.call("Dense", { units: 2 }, [own], "end")]));
  const data = setting.parameters.get("l/kernel")?.data ?? new Float32Array();
  data.set(fromTorch(weights, shape));
  return { setting, data };
}

const maskOf = ({ shape, steps }: Recorded, call: number): string =>
  fromTorch(steps[call]?.mask ?? "", shape).join("");

/** The sentences that stand for the recorded calls, in order. */
const same: readonly (readonly [title: string, ...sentences: string[]])[] = [
  [
    "l1_unstructured",
    "prune weights in l by magnitude 30%",
    "prune weights in l by magnitude 30%",
    "prune weights in l by magnitude 7",
  ],
  ["ln_structured n 2 dim 0", "prune filters in l by l2 50%"],
  ["ln_structured n inf dim 0", "prune filters in l by max(abs(w)) 1", "prune filters in l by max(abs(w)) 1"],
  ["ln_structured n 1 dim 1", "prune channels in l by l1 1"],
  [
    "ln_structured n 2 dim 0, then n 1 dim 1",
    "prune filters in l by l2 25%",
    "prune channels in l by l1 34%",
  ],
  // Of the only kernel of a layer; with more of them, PyTorch takes the same row of all, `rows` those of each by itself.
  ["ln_structured n 1 dim 2", "prune rows in l by l1 50%"],
  ["ln_structured n 2 dim 3", "prune columns in l by l2 2"],
  ["ln_structured n 1 dim 0 of a dense layer", "prune neurons in l by l1 2"],
  ["ln_structured n 2 dim 1 of a dense layer", "prune rows in l by l2 50%"],
];

describe("masks of torch.nn.utils.prune", () => {
  it.each(same)("%s", async (title, ...sentences) => {
    const layer = recorded(title);
    const { setting, data } = settingWith(layer);
    for (const [call, sentence] of sentences.entries()) {
      await pruned(setting, sentence);
      expect(bitsOf(data), sentence).toBe(maskOf(layer, call));
    }
    fromTorch(layer.removed, layer.shape).forEach((value, i) => expect(data[i]).toBeCloseTo(value, 6));
  });

  it.each([
    ["random_unstructured", "prune weights in l by random 25%", "prune weights in l by random 11"],
    ["random_structured dim 0", "prune filters in l by random 2"],
  ])("%s takes as many, by draws of its own", async (title, ...sentences) => {
    const layer = recorded(title);
    const { setting, data } = settingWith(layer);
    for (const [call, sentence] of sentences.entries()) {
      await pruned(setting, sentence);
      expect(zerosIn(bitsOf(data))).toBe(zerosIn(maskOf(layer, call)));
    }
  });

  it("global_unstructured ranks two layers together, again and again among what is left", async () => {
    const b = topology();
    const [conv, dense] = global;
    if (conv === undefined || dense === undefined) throw new Error("two layers are recorded");
    const made = b.call(
      "Conv2D",
      { filters: 4, kernel_size: [2, 3], use_bias: false },
      [b.input([2, 4, 3])],
      "c",
    );
    const flat = b.call("GlobalAveragePooling2D", {}, [made]);
    const wide = b.call("Dense", { units: 6 }, [flat]);
    const setting = settingOf(b.build([b.call("Dense", { units: 5, use_bias: false }, [wide], "d")]));
    const both = [conv, dense].map((layer, i) => {
      const data = setting.parameters.get(i === 0 ? "c/kernel" : "d/kernel")?.data ?? new Float32Array();
      data.set(fromTorch(layer.weights, layer.shape));
      return { layer, data };
    });
    for (const [call, amount] of ["40%", "25%", "9"].entries()) {
      await pruned(setting, `prune weights in c, d by magnitude global ${amount}`);
      for (const { layer, data } of both) expect(bitsOf(data)).toBe(maskOf(layer, call));
    }
  });

  it("custom_from_mask is `load masks`; what is pruned behind it goes by what it left", async () => {
    const layer = recorded("custom_from_mask");
    const folder = mkdtempSync(join(tmpdir(), "espalier-torch-"));
    const mask = { shape: [2, 3, 3, 4], data: Uint8Array.from(maskOf(layer, 0), Number) };
    writeFileSync(
      join(folder, masksFile),
      Buffer.concat(encodeTensors(new Map([["weights/l/kernel", mask]]))),
    );
    const b = topology();
    const made = b.call("Conv2D", { filters: 3, kernel_size: [1, 1] }, [b.input([8, 8, 1])]);
    const own = b.call("Conv2D", { filters: 4, kernel_size: [2, 3], use_bias: false }, [made], "l");
    const head = b.call("Dense", { units: 4, activation: "softmax" }, [
      b.call("GlobalAveragePooling2D", {}, [own]),
    ]);
    const network = join(folder, "model.json");
    const model = { format: "layers-model", modelTopology: b.build([head]), weightsManifest: [] };
    writeFileSync(network, JSON.stringify(model));
    const run = await openRun(options({ network, masks: false }));
    const data = run.session.parameters.get("l/kernel")?.data ?? new Float32Array();
    data.set(fromTorch(layer.weights, layer.shape));
    await run.load(1, "masks", folder);
    expect(bitsOf(data)).toBe(maskOf(layer, 0));
    await run.prune(2, { structure: "weights", in: "l", by: abs("w"), scope: "local", drop: 0.25 });
    expect(bitsOf(data)).toBe(maskOf(layer, 1));
  });

  it("weight_orig beside weight_mask is what dies latently, and remove what hardens", async () => {
    const layer = recorded("l1_unstructured");
    const { setting, data } = settingWith(layer);
    await pruned(setting, "prune weights in l by magnitude 30% latently\nharden masks");
    expect(data).toEqual(Float32Array.from(fromTorch(layer.weights, layer.shape)));
    expect(bitsOf(maskedData(setting, "l/kernel") ?? [])).toBe(maskOf(layer, 0));
    harden(setting);
    expect(bitsOf(data)).toBe(maskOf(layer, 0));
  });
});

test("half a weight is rounded up, where Python's round gives the even number", async () => {
  const layer = recorded("l1_unstructured of five");
  const { setting, data } = settingWith(layer);
  await pruned(setting, "prune weights in l by magnitude 50%");
  expect([zerosIn(maskOf(layer, 0)), zerosIn(bitsOf(data))]).toEqual([2, 3]);
});
