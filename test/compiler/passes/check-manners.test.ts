import { describe, expect, it } from "vitest";
import { networkOf } from "../../core/masks/setting.js";
import { codes } from "../../helpers/front.js";
import { cifarResNet } from "../../helpers/networks.js";

const soft = "train 5 epochs { prune filters by l2 to 30% softly every epoch }";

describe("soft and latent deaths", () => {
  it("end with harden masks, with slim, or with slim as a rule", () => {
    expect(codes(soft)).toEqual(["P3016"]);
    expect(codes(`${soft}\nslim`)).toEqual([]);
    expect(codes(`${soft}\nharden masks`)).toEqual([]);
    expect(codes(`slim\n${soft}`)).toEqual(["P3016"]);
    expect(
      codes("train 5 epochs { prune filters by l2 to 30% softly every epoch; slim at epochs 5 }"),
    ).toEqual([]);
  });
});

describe("harden masks in a selection", () => {
  const network = networkOf(cifarResNet());
  const latently = (layers: string) => `prune filters in ${layers} by l2 50% latently\n`;
  const [stem, inner, sum] = network.layers
    .filter(({ className }) => className === "Conv2D")
    .map(({ path }) => path);

  it("ends only what died in the layers it means", () => {
    expect(codes(`${latently("a")}harden masks in b`)).toEqual(["P3016", "P3029"]);
    expect(codes(`${latently("a")}harden masks in a`)).toEqual([]);
    expect(codes(`${latently("a")}harden masks in b\nharden masks`)).toEqual(["P3029"]);
    expect(codes(`${latently("a")}${latently("b")}harden masks in a`)).toEqual(["P3016"]);
    // What patterns mean is known with a network only.
    expect(codes(`${latently("a*")}harden masks in b*`)).toEqual([]);
  });

  it("is held against the units of the network", () => {
    const of = (text: string) => codes(text, { network });
    expect(of(`${latently(`${inner}`)}harden masks in ${stem}`)).toEqual(["P3016", "P3029"]);
    expect(of(`${latently(`${inner}`)}harden masks in ${inner}`)).toEqual([]);
    const weights = `prune weights in ${inner}, ${sum} by l2 50% latently\n`;
    expect(of(`${weights}harden masks in ${inner}`)).toEqual(["P3016"]);
    expect(of(`${weights}harden masks in ${inner}\nharden masks in ${sum}`)).toEqual([]);
    // One of the layers that a sum ties together does not stand for its units.
    expect(of(`prune filters by l2 50% latently\nharden masks in ${inner}, ${sum}`)).toEqual(["P3016"]);
    expect(of("prune filters by l2 50% latently\nharden masks in *")).toEqual([]);
  });
});

describe("regrowth and slim", () => {
  it("do not go together in one phase, and a regrow below needs a prune between", () => {
    expect(
      codes("train 9 epochs { prune filters by l1 10% every epoch; regrow random; slim every 3 epochs }"),
    ).toEqual(["P3014"]);
    expect(
      codes("train 9 epochs { prune weights by l1 10% every epoch; regrow random; slim every 3 epochs }"),
    ).toEqual([]);
    const after = "prune filters by l1 50%\nslim\ntrain 2 epochs\nregrow filters random 10%\ntrain 2 epochs";
    expect(codes(after)).toEqual(["P3014"]);
    expect(codes(after.replace("regrow", "prune filters by l1 50%\nregrow"))).toEqual([]);
  });
});
