import { describe, expect, it } from "vitest";
import { front } from "../../../compiler/passes/index.js";
import { codes, firstPrune, steps } from "../../helpers/front.js";

describe("methods", () => {
  it("are put in place of their calls, arguments bound", () => {
    const [train, repeat] = steps('use han from "std"\nhan(sparsity: 80%, rounds: 4, retrain: 500 steps)');
    expect(train).toMatchObject({ kind: "train", finetune: false, epochs: 10 });
    expect(repeat).toMatchObject({
      kind: "repeat",
      times: 4,
      as: "i",
      body: [
        { kind: "prune", to: ["/", ["*", 0.8, "i"], 4] },
        { kind: "train", finetune: true, steps: 500 },
      ],
    });
  });
  it("train as their calls say, where they say nothing themselves", () => {
    const text = `use han from "std"
      param speed = 0.2
      method own(speed = 0.5) {
        train 1 epoch with adam(rate: speed)
        train 2 epochs
        han(rounds: 1) batch 16
      }
      own(speed: 0.1) batch 64 with sgd(rate: speed -> 0 cosine) minimizing huber`;
    const moving = { moving: { from: 0.2, to: 0, curve: "cosine" } };
    const sgd = { name: "sgd", rate: moving, args: {} };
    const loss = "huber";
    const [first, second, third, loop] = steps(text);
    expect(first).toMatchObject({ batch: 64, optimizer: { name: "adam", rate: 0.1 }, loss });
    expect(second).toMatchObject({ batch: 64, optimizer: sgd, loss });
    expect(third).toMatchObject({ batch: 16, optimizer: sgd, loss });
    const retraining = loop?.kind === "repeat" ? loop.body[1] : undefined;
    expect(retraining).toMatchObject({ kind: "train", finetune: true, loss });
    expect(retraining).not.toHaveProperty("batch");
    expect(retraining).not.toHaveProperty("optimizer");
  });
  it("never mix their loop variables with those of the caller", () => {
    const text = `method inner(share = 10%) { repeat 2 times as i { prune filters by l1 amount share * i; finetune 1 epoch } }
      repeat 3 times as i { inner(share: 2% * i) }`;
    const [outer] = steps(text);
    expect(outer).toMatchObject({ as: "i", body: [{ as: "i_2" }] });
    expect(firstPrune(text).drop).toEqual(["*", ["*", 0.02, "i"], "i_2"]);
  });
  it("do not see the names of the caller", () => {
    expect(codes("param share = 10%\nmethod m(n = 1) { prune filters by l1 amount chare }\nm()")).toEqual([
      "P2001",
    ]);
    expect(codes("method m(n = 1) { prune filters by l1 amount i }\nrepeat 2 times as i { m() }")).toEqual([
      "P2001",
    ]);
  });
  it("leave the rules of a method without training to the block of the call", () => {
    const text =
      "method thin(share = 10%) { prune filters by l1 amount share every epoch; regrow random }\ntrain 5 epochs { thin() }";
    expect(firstPrune(text)).toMatchObject({ drop: 0.1, regrow: { kind: "regrow" } });
  });
  it("remember where they were called", () => {
    const { ir, spans } = front('use agp from "std"\nagp()', { file: "main.prune" });
    expect(ir?.body).toHaveLength(1);
    expect(
      [...spans.values()].map((span) => [span.file, span.calls[0]?.method, span.calls[0]?.file]),
    ).toEqual([
      ["std/agp.prune", "agp", "main.prune"],
      ["std/agp.prune", "agp", "main.prune"],
    ]);
  });
});
