import type { ResolvedText } from "../../compiler/passes/index.js";
import type { LatencyTable } from "../../core/latency/table.js";
import type { Network } from "../../core/network/types.js";
import { once } from "../../core/tables.js";
import {
  defineCompensation,
  defineCriterion,
  defineGate,
  defineLoss,
  defineMetric,
  definePenalty,
  defineStep,
} from "../../runtime/own/define.js";
import { tableOf } from "../helpers/latency.js";

/** What drawn programs take from elsewhere: functions in JavaScript, another program, and times of layers that nobody measured. */

export const own = {
  losses: {
    bounded: defineLoss((yTrue, yPred, { tf }) => tf.tanh(tf.mean(tf.square(tf.sub(yPred, yTrue)), -1))),
  },
  metrics: { surety: defineMetric((_, yPred, { tf }) => tf.max(yPred, -1)) },
  criteria: {
    fisher: defineCriterion({
      reads: ["w", "g"],
      takes: { damping: 0 },
      score: ({ w, g }, { args }) => w.map((one, i) => one ** 2 * ((g[i] ?? 0) ** 2 + args.damping)),
    }),
    plainly: defineCriterion({ reads: ["w"], score: ({ w }) => w.map(Math.abs) }),
  },
  penalties: {
    ripple: definePenalty({
      reads: ["w"],
      takes: { period: 1 },
      penalty: ({ w }, { tf, args }) => tf.sum(tf.square(tf.sin(tf.mul(w, Math.PI / args.period)))),
    }),
  },
  gates: {
    soft: defineGate({
      params: { s: 1 },
      gate: ({ s }, { tf }) => tf.sigmoid(s),
      term: ({ s }, { tf }) => tf.sigmoid(s),
    }),
  },
  compensations: {
    descent: defineCompensation({
      takes: { rate: 0.5 },
      compensate: ({ weights, free, moments, missing }, { rows, outputs, args }) =>
        weights.map((one, at) => {
          const row = Math.floor(at / outputs);
          const slope = (missing[at] ?? 0) / (rows * Math.max(1e-9, moments[row * rows + row] ?? 0));
          return free[at] === 1 ? one + args.rate * slope : NaN;
        }),
    }),
    cleared: defineCompensation({ on: "before", compensate: async ({ weights }) => weights.map(() => 0) }),
  },
  steps: {
    halve: defineStep({
      takes: { times: 0.5 },
      act({ network, setWeight, args }) {
        for (const { weights } of network.layers)
          for (const { key } of weights)
            if (key.endsWith("/kernel"))
              setWeight(
                key,
                network.weight(key).map((one) => one * args.times),
              );
      },
    }),
  },
};

/** The file that programs import. */
const shared = `
criterion far = sum(abs(w)) / sqrt(size)
penalty near = sqrt(size) * norm(w)
curve quick(t) = 1 - (1 - t)^4
method halved(share = 50%) { prune weights by magnitude amount share; finetune 1 step }
`;

export const resolve = (specifier: string): ResolvedText | null =>
  specifier === "./shared.prune" ? { file: specifier, text: shared } : null;

/** Every call of a layer takes as long as it has products of channels, and a little more. */
export const times = once((network: Network): LatencyTable =>
  tableOf(network, (_, read, made) => 0.01 + 1e-3 * read * made, 0.05),
);
