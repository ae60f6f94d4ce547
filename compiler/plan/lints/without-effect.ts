import { costs } from "../../../core/network/costs.js";
import type { Network } from "../../../core/network/types.js";
import { nothingTrainsIn } from "../../../core/ir/words.js";
import { candidateWeights } from "../../../core/units/candidates.js";
import type { RuleIr, TrainIr } from "../../../core/ir/types.js";
import { isEverything } from "../../../core/units/select.js";
import type { Finding, Lint } from "./finding.js";

/** What is written and changes nothing: phases of a network of which nothing trains, rewinds that the next phase undoes. */
export const withoutEffect: Lint = ({ network, simulation }) => {
  const findings = new Map<number, Finding>();
  for (const { train } of simulation.phases) {
    const why = network === null ? null : whyNothingTrains(network, train);
    if (why !== null && !findings.has(train.id))
      findings.set(train.id, {
        code: "P3029",
        id: train.id,
        message: nothingTrainsIn(train),
        label: why.label,
        help: why.help,
      });
  }
  const rewinds = simulation.voided.map(({ what, id, phase }): Finding => {
    const [message, label, help] =
      what === "optimizer"
        ? [
            "the optimizer that this brings back is not used",
            "this starts a fresh one",
            "leave `optimizer` out, or let `finetune` follow",
          ]
        : [
            "the rate that this brings back is not used",
            "this says its own",
            "leave `rate` out, or the rate of the phase",
          ];
    return { code: "P3029", id, message, help, other: { id: phase, label } };
  });
  return [...findings.values(), ...rewinds];
};

function whyNothingTrains(network: Network, { rules }: TrainIr): { label: string; help: string } | null {
  // Gates train whatever rests beneath them.
  if (rules.some(({ kind }) => kind === "learn")) return null;
  const { trainableParams } = costs(network);
  if (trainableParams === 0)
    return {
      label: "every layer of the network is frozen: `trainable` is false",
      help: "set `trainable` of the layers that shall learn, and save the network anew",
    };
  const covering = rules.some(freezesAllWeights);
  const left = network.layers.some((layer) => {
    const covered = covering ? candidateWeights(layer, "weights", false) : [];
    return layer.weights.some((weight) => weight.trainable && !covered.includes(weight));
  });
  return left
    ? null
    : { label: "a `freeze` holds every weight", help: "freeze some layers only: `in`, `except`" };
}

const freezesAllWeights = (rule: RuleIr): boolean =>
  rule.kind === "freeze" && rule.structure === "weights" && rule.when === undefined && isEverything(rule);
