import { setTimeout } from "node:timers/promises";
import { expect, it } from "vitest";
import { DiagnosticError } from "../../../core/diagnostics/diagnostic.js";
import { maskedData } from "../../../core/masks/masked.js";
import type { Callbacks, WatchedNetwork } from "../../../runtime/watch/types.js";
import { smallNetwork } from "../run/fixtures.js";
import { runProgram } from "../run/program.js";

const network = smallNetwork();
const program = `train 2 epochs batch 32 {
  prune filters in c2 by l1 50% at epoch 1
}
slim
finetune 1 epoch`;

it("are called in the order of the run and waited for", async () => {
  const told: string[] = [];
  let under = 0;
  const say = async (what: string): Promise<void> => {
    expect(++under, `${what} while another is under way`).toBe(1);
    await setTimeout(1);
    told.push(what);
    under--;
  };
  await runProgram(program, network, {
    callbacks: [
      {
        onTrainBegin: ({ epochs, steps }) => say(`begin ${epochs} ${steps}`),
        onTrainEnd: ({ text }, { epoch }) => say(`end ${text} at ${epoch}`),
        onEpochBegin: (epoch) => say(`epoch ${epoch}`),
        onBatchBegin: (batch, _, { step }) => say(`batch ${batch} at ${step}`),
        onBatchEnd: (batch, _, { step }) => say(`done ${batch} at ${step}`),
        onEpochEnd: (epoch, { testAccuracy }) => say(`over ${epoch} ${testAccuracy === null}`),
        onPrune: ({ kind, id }) => say(`${kind} ${id > 0}`),
        onSlim: ({ text }) => say(text.replace(/,.*/, "")),
      },
      { onEvent: ({ kind }) => say(`event ${kind}`) },
    ],
  });
  const batches = (from: number): string[] =>
    [0, 1, 2].flatMap((i) => [`batch ${i} at ${from + i}`, `done ${i} at ${from + i + 1}`]);
  expect(told).toEqual([
    "begin 2 6",
    "epoch 0",
    ...batches(0),
    "prune true",
    "event prune",
    "over 0 false",
    "epoch 1",
    ...batches(3),
    "over 1 false",
    "end train 2 epochs batch 32 at 2",
    "4 channels taken out",
    "event slim",
    "begin 1 3",
    "epoch 0",
    ...batches(6),
    "over 0 false",
    "end finetune 1 epoch at 3",
  ]);
});

it("see the network as it computes at that moment, in copies", async () => {
  const seen: { params: number; kernel: Float32Array; mask: Uint8Array; out: Float32Array }[] = [];
  const look = (network: WatchedNetwork): void => {
    const kernel = network.weight("c2/kernel");
    const [out] = network.predict([{ data: new Float32Array(128).fill(0.5), shape: [2, 8, 8, 1] }]);
    seen.push({
      params: network.params,
      kernel: kernel.slice(),
      mask: network.mask("c2/kernel"),
      out: out?.data ?? new Float32Array(),
    });
    kernel.fill(7);
  };
  const { run } = await runProgram(`prune filters in c2 by l1 50%\nslim`, network, {
    callbacks: { onPrune: (_, now) => look(now), onSlim: (_, now) => look(now) },
  });
  const [pruned, slimmed] = seen;
  expect(pruned?.mask.some((one) => one === 0)).toBe(true);
  pruned?.mask.forEach((one, i) => one === 0 && expect(pruned.kernel[i]).toBe(0));
  // A copy was written to.
  expect(slimmed?.kernel).toEqual(maskedData(run.session, "c2/kernel"));
  expect(slimmed?.kernel.length).toBe((pruned?.kernel.length ?? 0) / 2);
  expect(slimmed?.mask.every((one) => one === 1)).toBe(true);
  expect(pruned?.params).toBe(slimmed?.params);
  expect(slimmed?.out.length).toBe(8);
  slimmed?.out.forEach((value, i) => expect(value).toBeCloseTo(pruned?.out[i] ?? NaN, 5));
});

const failing = async (callbacks: unknown): Promise<readonly string[]> => {
  const error: unknown = await runProgram("train 1 epoch", network, {
    callbacks: callbacks as Callbacks,
  }).then(
    () => null,
    (cause: unknown) => cause,
  );
  expect(error).toBeInstanceOf(DiagnosticError);
  return error instanceof DiagnosticError
    ? error.diagnostics.map(({ code, message }) => `${code} ${message}`)
    : [];
};

it("that fail end the run and are named", async () => {
  const fails = (): never => {
    throw new Error("no more room");
  };
  expect(await failing({ onBatchEnd: fails })).toEqual([
    "P7017 the callback `onBatchEnd` failed: no more room",
  ]);
  expect(await failing({ onEpochEnd: () => Promise.reject(new Error("late")) })).toEqual([
    "P7017 the callback `onEpochEnd` failed: late",
  ]);
  expect(
    await failing({ onTrainBegin: (_: unknown, now: WatchedNetwork) => now.weight("nobody/kernel") }),
  ).toEqual(["P7017 the callback `onTrainBegin` failed: the network has no weight `nobody/kernel`"]);
});

it("that would not be heard are mistakes", async () => {
  expect(await failing({ onEpochsEnd: () => undefined })).toEqual([
    "P7010 there is no callback `onEpochsEnd`",
  ]);
  expect(await failing({ onEpochEnd: 5 })).toEqual(["P7010 the callback `onEpochEnd` is no function"]);
  expect(await failing([() => undefined])).toHaveLength(1);
});
