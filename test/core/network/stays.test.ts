import { describe, expect, it } from "vitest";
import { compile } from "../../../compiler/index.js";
import { checkReport } from "../../../compiler/render/check/report.js";
import { inspect, inspectReport } from "../../../compiler/render/inspect.js";
import { imagesOf } from "../../../core/network/images.js";
import { readNetwork } from "../../../core/network/read.js";
import type { JsonObject, Network } from "../../../core/network/types.js";

const layer = (class_name: string, config: JsonObject): JsonObject => ({ class_name, config });
function networkOf(layers: readonly JsonObject[]): Network {
  const { network } = readNetwork({ class_name: "Sequential", config: { name: "n", layers } });
  if (network === null) throw new Error("not read");
  return network;
}
const conv = (name: string, config: JsonObject) => layer("Conv2D", { name, kernel_size: [1, 1], ...config });
const head = [layer("Dense", { name: "d", units: 6 }), layer("Dense", { name: "h", units: 2 })];

const first = (data_format: string): Network =>
  networkOf([
    conv("a", { batch_input_shape: [null, 3, 8, 8], filters: 4, data_format }),
    conv("b", { filters: 4, data_format }),
    layer("Flatten", { name: "f", data_format }),
    ...head,
  ]);
const grouped = networkOf([
  conv("a", { batch_input_shape: [null, 8, 8, 3], filters: 4 }),
  conv("g", { filters: 4, groups: 4 }),
  conv("c", { filters: 8 }),
  conv("m", { filters: 8, groups: 2 }),
  layer("GlobalAveragePooling2D", { name: "f" }),
  ...head,
]);

describe("layers that keep their channels", () => {
  it.each([
    [
      "channels first",
      first("channels_first"),
      ["a", "b", "f"],
      "with channels first the last axis is not the channels",
    ],
    [
      "channels first, as TensorFlow.js spells it",
      first("channelsFirst"),
      ["a", "b", "f"],
      "with channels first the last axis is not the channels",
    ],
    ["a group for every channel", grouped, ["g"], "every channel is a group of its own"],
  ])("%s: named with the reason, by check and by inspect", (_, network, layers, reason) => {
    expect(network.barriers).toEqual(layers.map((one) => ({ layer: one, reason })));
    const columns = 120;
    const line = `${layers.join(", ")}: ${reason}`;
    const [, why = "", barriers = ""] =
      /What stays, and why\n([\s\S]*)\nBarriers\n([\s\S]*)/.exec(
        inspectReport(inspect(network), { columns }),
      ) ?? [];
    expect(barriers).toContain(line);
    expect(why).toContain(reason);
    expect(why).not.toContain("makes no channels of its own");
    const checked = compile("train 1 epoch\nprune neurons by l1 50%\nfinetune 1 epoch", { network });
    expect(checkReport(checked, { network, columns })).toContain(line);
  });

  it("groups of several channels lose the same places", () => {
    const found = inspect(grouped).layers.find((one) => one.layer === "m");
    expect(found).toMatchObject({
      removable: 4,
      units: 8,
      why: "its groups lose the same places: a unit is one of each",
    });
  });

  it("no image is altered that has its channels first", () => {
    for (const format of ["channels_first", "channelsFirst"])
      expect(imagesOf(first(format), ["flip"])).toMatchObject({ why: "`a` has its channels first" });
    expect(imagesOf(grouped, ["flip"])).toEqual({ input: 0 });
  });
});
