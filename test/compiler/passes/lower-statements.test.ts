import { describe, expect, it } from "vitest";
import { codes, firstPrune, phases, steps } from "../../helpers/front.js";

const rules = (text: string) => phases(steps(text)).map((phase) => phase.rules.map((rule) => rule.kind));

describe("rules", () => {
  it("above several phases govern each, those of a block only theirs", () => {
    const text = `penalize filters by l2 strength 1e-4
      train 2 epochs { evaluate every epoch }
      repeat 2 times { mark here every epoch; finetune 1 epoch }
      finetune 3 epochs`;
    expect(rules(text)).toEqual([["penalize", "evaluate"], ["penalize", "mark"], ["penalize"]]);
  });
  it("pair a regrow with the nearest prune rule above", () => {
    const text = `train 9 epochs {
      prune filters by l1 10% every epoch
      prune weights by magnitude 20% every epoch
      penalize weights by l2 strength 1e-4
      regrow by abs(g) including dropped
    }`;
    const [phase] = phases(steps(text));
    expect(phase?.rules).toMatchObject([
      { kind: "prune", structure: "filters" },
      {
        kind: "prune",
        regrow: { values: "zero", includingDropped: true, by: { expr: ["abs", "g"] } },
      },
      { kind: "penalize" },
    ]);
    expect(phase?.rules[0]).not.toHaveProperty("regrow");
  });
  it("name each statement once, in the order of ids", () => {
    expect(steps("slim\nprune filters by l1 50%\nevaluate").map((step) => step.id)).toEqual([1, 2, 3]);
  });
});

describe("amounts", () => {
  const words = ["drop", "count", "to", "keep", "keepEach", "budget", "below", "above"];
  const amount = (text: string) => {
    const clauses = Object.entries(firstPrune(text));
    return Object.fromEntries(clauses.filter(([key]) => words.includes(key)));
  };
  it("are shares of the living, counts, targets, what is kept, thresholds and budgets", () => {
    expect(amount("prune filters by l1 50%")).toEqual({ drop: 0.5 });
    expect(amount("prune filters by l1 12")).toEqual({ count: 12 });
    expect(amount("prune filters by l1 to 90%")).toEqual({ to: 0.9 });
    expect(amount("prune filters by l1 keep 64")).toEqual({ keep: 64 });
    expect(amount("prune weights by magnitude below 2 * layer.std(w)")).toEqual({
      below: ["*", 2, ["layer.std", "w"]],
    });
    expect(amount("prune filters by l1 to macs <= 50% and params <= 1M")).toEqual({
      budget: [
        { measure: "macs", relative: true, value: 0.5 },
        { measure: "params", relative: false, value: 1_000_000 },
      ],
    });
  });
  it("move, and only moving targets land", () => {
    const moving = firstPrune(
      "train 9 epochs { prune weights by magnitude from 0% to 90% cubic every 100 steps during 10%..75% }",
    );
    expect(moving.to).toEqual({ moving: { from: 0, to: 0.9, curve: "cubic" } });
    expect(moving.when).toEqual({
      unit: "steps",
      every: 100,
      lands: true,
      during: [{ share: 0.1 }, { share: 0.75 }],
    });
    const drop = firstPrune("train 9 epochs { prune weights by magnitude 30% -> 0% cosine every epoch }");
    expect(drop).toMatchObject({
      drop: { moving: { from: 0.3, to: 0 } },
    });
    expect(drop.when).toEqual({ unit: "epochs", every: 1 });
  });
  it("land at the last of several moments", () => {
    const prune = firstPrune(
      "train 40 epochs { prune weights by magnitude from 0% to 90% at epochs 10, 30, 20 }",
    );
    expect(prune.when).toEqual({
      unit: "epochs",
      at: [10, 30, 20],
      lands: true,
      during: [{ share: 0 }, { epochs: 30 }],
    });
  });
});

describe("scores", () => {
  const criterion = (text: string) => firstPrune(text).by;
  it("say what is unusual and are summed over structures", () => {
    expect(criterion("prune filters by magnitude 50%")).toEqual({
      name: "magnitude",
      expr: ["sum", ["abs", "w"]],
    });
    expect(criterion("prune weights by magnitude 50%")).toMatchObject({ expr: ["abs", "w"] });
    expect(criterion("prune filters by taylor over 8 batches 50%")).toMatchObject({
      name: "taylor",
      over: 8,
    });
    expect(criterion("prune weights by abs(w) * norm(x) per row 50%")).not.toHaveProperty("over");
  });
  it("take the objective of their declaration", () => {
    const text = "criterion synflow = sum(abs(w * g)) under synflow\nprune weights by synflow global to 90%";
    expect(criterion(text)).toMatchObject({ under: "synflow" });
  });
  it("may be criterion and penalty under one name", () => {
    const [phase] = phases(
      steps("train 1 epoch { penalize filters by l2 strength 1; prune filters by l2 10% every epoch }"),
    );
    expect(phase?.rules).toMatchObject([
      { by: { expr: ["sum", ["^", "w", 2]] } },
      { by: { expr: ["sqrt", ["sum", ["^", "w", 2]]] } },
    ]);
  });
});

describe("training", () => {
  it("keeps every part of the statement", () => {
    const [train] = steps(
      "train 20 epochs batch 128 with sgd(rate: 0.1 -> 0 cosine, momentum: 0.9, nesterov: true) minimizing cross-entropy until accuracy >= 99%",
    );
    expect(train).toMatchObject({
      epochs: 20,
      batch: 128,
      optimizer: {
        name: "sgd",
        rate: { moving: { from: 0.1, to: 0, curve: "cosine" } },
        args: { momentum: 0.9, nesterov: 1 },
      },
      loss: "cross-entropy",
      until: [">=", "accuracy", 0.99],
    });
  });
  it("takes rates in pieces and requirements of sizes", () => {
    const [train, require] = steps(
      "train 9 epochs with sgd(rate: steps(0.1, at: [3, 6], by: 0.2))\nrequire macs <= 50% and params < 1000",
    );
    expect(train).toMatchObject({
      optimizer: { rate: { steps: { base: 0.1, at: [{ epochs: 3 }, { epochs: 6 }], by: 0.2 } } },
    });
    expect(require).toMatchObject({
      condition: ["and", ["<=", "macs", ["*", 0.5, "start.macs"]], ["<", "params", 1000]],
    });
  });
  it("has update only and freeze", () => {
    const [phase] = phases(
      steps(
        "train 9 epochs { update only top 10% by abs(w * g) global; freeze weights in conv* during epochs 1..3 }",
      ),
    );
    expect(phase?.rules).toMatchObject([
      { kind: "update", end: "top", share: 0.1, scope: "global" },
      {
        kind: "freeze",
        in: "conv*",
        when: { during: [{ epochs: 1 }, { epochs: 3 }] },
      },
    ]);
  });
});

it("reports independent mistakes together", () => {
  expect(codes("prune filters by l11 50%\nprune filters by l1 0.5\ntrain 0 epochs")).toEqual([
    "P2002",
    "P2021",
    "P3022",
  ]);
});
