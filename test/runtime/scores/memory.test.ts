import { setFlagsFromString } from "node:v8";
import { runInNewContext } from "node:vm";
import { afterEach, beforeEach, expect, it } from "vitest";
import { compile } from "../../../compiler/compile.js";
import { checkFacts } from "../../../compiler/render/check/facts.js";
import { statements } from "../../../core/ir/walk.js";
import { spaceOf } from "../../../core/units/spaces.js";
import type { ScoringContext } from "../../../runtime/scores/gather.js";
import { scoreUnits } from "../../../runtime/scores/scores.js";
import type { Executor } from "../../../runtime/types.js";
import { momentOf, settingOf } from "../../core/masks/setting.js";
import { topology } from "../../helpers/networks.js";

setFlagsFromString("--expose-gc");
// Else what a collection frees is counted until the next.
setFlagsFromString("--no-concurrent-array-buffer-sweeping");
const collect = runInNewContext("gc") as () => void;

/** Bytes of arrays that are alive. */
function alive(): number {
  collect();
  collect();
  return process.memoryUsage().arrayBuffers;
}

/** Arrays from this length on are looked at as they are made. */
const large = 20_000;
const { Float64Array: Plain } = globalThis;
let most = 0;
const look = (): void => {
  most = Math.max(most, alive());
};
beforeEach(() => {
  most = 0;
  globalThis.Float64Array = new Proxy(Plain, {
    construct(target, given: unknown[], made) {
      const array = Reflect.construct(target, given, made) as Float64Array;
      if (array.length >= large) look();
      return array;
    },
  });
});
afterEach(() => {
  globalThis.Float64Array = Plain;
});

function model(): unknown {
  const b = topology();
  const first = b.call("Dense", { units: 150 }, [b.input([200])], "first");
  const second = b.call("Dense", { units: 120 }, [first], "second");
  return b.build([b.call("Dense", { units: 10 }, [second], "third")]);
}

/** Gradients and activations made up anew for every batch, as a backend hands them over; what is alive meanwhile is looked at. */
function executorFor({ network, parameters }: ScoringContext): Executor {
  const watch: Executor["evaluate"] = (_, observe) => {
    for (const index of observe?.layers ?? []) {
      const { weights } = network.layers[index] ?? { weights: [] };
      const [inputs = 1, outputs = 1] = weights[0]?.shape ?? [];
      const read = Float32Array.from({ length: 2 * inputs }, (__, i) => Math.sin(i * i));
      observe?.onActivation?.(index, 0, new Float32Array(2 * outputs), [2, outputs], read, [2, inputs]);
    }
    return { metrics: {}, top5: 0, loss: 0, correct: 0, counted: 0 };
  };
  return {
    network,
    upload: () => undefined,
    predict: () => [],
    logits: () => [],
    trainStep: () => ({ loss: 0, correct: 0, counted: 0, gradients: new Map() }),
    gradients(batch, _, { observe } = {}) {
      if (observe) watch(batch, observe);
      const gradients = new Map([...parameters].map(([key, { data }]) => [key, data.map((w) => w * w)]));
      look();
      return { loss: 0, correct: 0, counted: 0, gradients };
    },
    batchStatistics: () => [],
    evaluate: watch,
    dispose: () => undefined,
  };
}

/** What one test holds is not to be freed while another measures. */
const kept: unknown[] = [];

it.each([
  "prune weights by w^2 / (2 * hinv) over 2 batches 20%",
  "prune neurons in first by greedy-order over 2 batches 20%",
  "prune weights by h * w^2 over 2 batches and 2 probes 20%",
  "prune weights by w * hg over 2 batches 20%",
  "prune weights by w * g + w * hg + h over 2 batches 20%",
])("`%s` holds about what check says", async (text) => {
  const setting = settingOf(model());
  const result = compile(`${text}\ntrain 1 epoch`, { network: setting.network, emit: false });
  const told = checkFacts(result, setting.network).memory.filter(
    ({ what }) => what === "matrices" || what === "derivatives",
  );
  const bytes = told.reduce((sum, one) => sum + one.bytes, 0);
  const prune = statements(result.ir?.body ?? []).find((one) => one.kind === "prune");
  if (prune === undefined) throw new Error("no prune");
  const context: ScoringContext = {
    ...setting,
    executor: executorFor(setting),
    batches: (count) => Array.from({ length: count }, () => ({ inputs: [], targets: [], size: 2 })),
  };
  const space = spaceOf(context, prune.structure, prune);
  const before = alive();
  const scores = await scoreUnits(context, { id: prune.id, criterion: prune.by, space, moment: momentOf() });
  kept.push(context, space, scores);
  const held = most - before;
  expect(held).toBeLessThan(1.2 * bytes);
  expect(held).toBeGreaterThan(0.8 * bytes);
});
