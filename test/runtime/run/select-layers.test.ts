import { describe, expect, it } from "vitest";
import { readNetwork } from "../../../core/network/read.js";
import { selectLayers } from "../../../runtime/run/steps/select-layers.js";
import { lenet300100 } from "../../helpers/networks.js";

const { network } = readNetwork(lenet300100());
if (!network) throw new Error("the network does not read");
const none = {};
const paths = network.layers.filter((layer) => layer.ordinal > 0).map((layer) => layer.path);

describe("the layers of a selection", () => {
  it("are those the loop was compiled for, as long as one of them is there", () => {
    const [first = ""] = paths;
    expect(selectLayers(network, { ...none, layers: [first, "gone"] }, "weights")).toEqual([first, "gone"]);
    expect(() => selectLayers(network, { ...none, layers: ["gone", "too"] }, "weights")).toThrow(
      /none of the layers this loop was compiled for/,
    );
  });
  it("are refused when a pattern names none", () => {
    expect(() => selectLayers(network, { ...none, in: "conv*" }, "weights")).toThrow(/P7010/);
    expect(selectLayers(network, none, "weights")).toEqual(paths);
  });
});
