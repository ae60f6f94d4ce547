import { describe, expect, it } from "vitest";
import { phases, steps } from "../../helpers/front.js";

const kinds = (text: string) => steps(text, { epochs: 20 }).map((step) => step.kind);

describe("the training that rules imply", () => {
  it("stands at the end, or before the first step below a rule", () => {
    expect(kinds("prune filters by l1 global 50% every 2 epochs; regrow random")).toEqual(["train"]);
    expect(kinds('evaluate\nprune filters by l1 10% every epoch\nslim\nsave "out"')).toEqual([
      "evaluate",
      "train",
      "slim",
      "save",
    ]);
    expect(kinds("penalize filters by l2 strength 1e-4\nprune filters by l1 50%")).toEqual([
      "train",
      "prune",
    ]);
  });
  it("lasts as long as the host says and holds every rule above it, in written order", () => {
    const [phase] = phases(
      steps("prune filters by l1 10% every epoch\nevaluate every epoch\nslim", { epochs: 7 }),
    );
    expect(phase).toMatchObject({
      implicit: true,
      epochs: 7,
      rules: [{ kind: "prune" }, { kind: "evaluate" }],
    });
  });
  it("is not there where a file trains or holds no rules", () => {
    expect(kinds("prune filters by l1 50%\nslim")).toEqual(["prune", "slim"]);
    expect(kinds("prune filters by l1 10% every epoch\ntrain 3 epochs\nslim")).toEqual(["train", "slim"]);
  });
});
