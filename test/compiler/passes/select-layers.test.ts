import { describe, expect, it } from "vitest";
import { front } from "../../../compiler/passes/index.js";
import { namedNetwork } from "../../helpers/front-case.js";
import { codes, firstPrune, steps } from "../../helpers/front.js";

const residual = namedNetwork("residual, identity");
const layersOf = (text: string) => firstPrune(text, { network: residual }).layers;

describe("selections against a network", () => {
  it("become layer paths", () => {
    expect(layersOf("prune weights in layers 1..2 by magnitude 50%")).toEqual(["conv2d_1", "conv2d_2"]);
    expect(layersOf("prune weights except conv* by magnitude 50%")).toEqual(["dense_1"]);
    expect(
      steps("for each layer as L in conv* { prune filters in L by l1 10% }", { network: residual })[0],
    ).toMatchObject({
      layers: residual.layers.filter((layer) => layer.className === "Conv2D").map((layer) => layer.path),
      body: [{ in: { variable: "L" } }],
    });
  });
  it("stay patterns without one", () => {
    const prune = firstPrune("prune weights in conv* by magnitude 50%");
    expect(prune).toMatchObject({ in: "conv*" });
    expect(prune).not.toHaveProperty("layers");
  });
  it("name both branches, the join and the way out of a tie", () => {
    const { diagnostics } = front("prune filters in conv2d_3 by l1 30%", { network: residual });
    expect(diagnostics).toMatchObject([
      {
        code: "P4002",
        label: expect.stringMatching(/^these \d+ channels are added to those of `conv2d_1` at `add_1`$/),
      },
    ]);
    const [help] = diagnostics.map((diagnostic) => diagnostic.help ?? "");
    const together = /`in ([^`]*)`/.exec(help ?? "")?.[1] ?? "";
    expect(codes(`prune filters in ${together} by l1 30%`, { network: residual })).toEqual([]);
    expect(codes("prune filters in conv2d_3 by l1 30% joins skip", { network: residual })).toEqual([]);
  });
});
