import type { Parameter } from "../../grammar/ast.js";
import { isWord, WORDS } from "../../grammar/words.js";
import { standardLibrary } from "../passes/standard.js";
import type { Declared } from "../passes/module.js";
import { table } from "./check/table.js";
import { flow, hanging, width } from "./text.js";

/** What the parameters of standard methods mean, the same in each. */
const parameters: Readonly<Record<string, string>> = {
  sparsity: "share of all weights that is dead in the end",
  share: "share that goes, or is swapped, at each event",
  rounds: "how often it prunes",
  epochs: "length of the training; `500 steps` will do, too",
  retrain: "length of a training after a cut",
  attend: "length of the training of the modules of attention",
  reduction: "units of a layer for each in the middle of its module of attention",
  tune: "length of the training of the shared values",
  interval: "between two events, in epochs or steps",
  begin: "part of the training after which pruning begins",
  end: "part of the training after which it has ended",
  strength: "weight of the penalty, or of what gates cost, in the loss",
  decay: "weight decay, or strength of the L2 penalty on weights",
  rate: "step size of the optimizer",
  momentum: "momentum of the optimizer",
  drop: "share of the draws of a gate that are closed at the start, as a number",
  open: "probability that a weight is there at the start",
  start: "where gates, or the logarithm of their noise, begin",
  scale: "of the half-Cauchy prior",
  calibration: "batches that the score is taken over",
  temperature: "what logits are divided by for the score",
  gain: "what the squares of the weights of an output add up to",
  limit: "part of the multiplications with weights that live that is left at most",
  trials: "proposals that the search tries",
  price: "what the logarithm of a strength that trains is worth in the loss",
  variance: "weight of the deviation beside that of the norm",
  apart: "how far from zero the Gaussians beside it begin",
  budget: "part of the multiplications that is left at most",
  most: "largest share that may go of a layer",
  tolerance: "accuracy that may be lost before the reward is none",
  episodes: "trials of the agent, the first ones included that draw at random",
  warmup: "trials that draw at random before the agent learns",
  rollouts: "trials of the agent for a layer",
  draws: "probes that the diagonal of the Hessian is estimated from",
};

export interface ExplainedParameter {
  readonly name: string;
  /** As it is written. */
  readonly default: string | null;
  readonly unit: "share" | "number" | "epochs or steps";
  readonly meaning: string | null;
}

/** What a name of the standard library or a word of the language is. */
export interface ExplainedName {
  readonly name: string;
  readonly kind: Declared["kind"] | "word";
  readonly about: string;
  readonly parameters: readonly ExplainedParameter[];
  /** How it is declared; null of a word. */
  readonly source: string | null;
}

/** Everything that goes by this name, declarations first. */
export function explainName(name: string): readonly ExplainedName[] {
  const declared = [...standardLibrary().values()].filter((one) => one.name === name).map(ofDeclared);
  const words = isWord(name) ? WORDS.filter(({ word }) => word === name) : [];
  return [
    ...declared,
    ...words.map(({ doc }): ExplainedName => ({
      name,
      kind: "word",
      about: doc,
      parameters: [],
      source: null,
    })),
  ];
}

/** All names that there is something to say of. */
export const explainable = (): readonly string[] => [
  ...new Set([...[...standardLibrary().values()].map(({ name }) => name), ...WORDS.map(({ word }) => word)]),
];

function ofDeclared({ name, kind, node, module: { text } }: Declared): ExplainedName {
  const lines = text.slice(0, node.span.start).trimEnd().split("\n");
  const above = lines.slice(lines.findLastIndex((line) => !line.startsWith("#")) + 1);
  return {
    name,
    kind,
    about: above.map((line) => line.replace(/^# ?/, "")).join("\n"),
    parameters: kind === "method" ? node.params.map((one) => ofParameter(one, text)) : [],
    source: text.slice(node.span.start, node.span.end),
  };
}

function ofParameter({ name, value }: Parameter, text: string): ExplainedParameter {
  const written = value === undefined ? null : text.slice(value.span.start, value.span.end);
  return {
    name: name.text,
    default: written,
    unit: value?.kind === "duration" ? "epochs or steps" : written?.endsWith("%") ? "share" : "number",
    meaning: parameters[name.text] ?? null,
  };
}

/** The same for people. */
export function explanation(
  { name, kind, about, parameters, source }: ExplainedName,
  columns: number,
): string {
  const taken = parameters.length === 0 ? [] : ["", ...parameterRows(parameters, columns)];
  const use = kind === "method" ? ["", `  use ${name} from "std"`, `  ${name}()`] : [];
  return [
    `${name}: ${kind}`,
    "",
    ...flow(about, columns),
    ...taken,
    ...use,
    ...(source === null ? [] : ["", source]),
  ].join("\n");
}

/** Parameters with defaults, units and meanings, a line each; where that is too wide, what it means stands below. */
export function parameterRows(parameters: readonly ExplainedParameter[], columns: number): readonly string[] {
  const heads = ["parameter", "default", "unit", ""].map((title) => ({ title, align: "left" }) as const);
  const rows = parameters.map((one) => [one.name, one.default ?? "", one.unit, one.meaning ?? ""]);
  const wide = table(heads, rows, Infinity);
  if (wide.every((line) => width(line) <= columns)) return wide;
  const [titles = "", ...lines] = table(
    heads.slice(0, 3),
    rows.map((row) => row.slice(0, 3)),
    Infinity,
  );
  return [titles, ...lines.flatMap((line, i) => [line, ...hanging("", rows[i]?.[3] ?? "", columns)])];
}
