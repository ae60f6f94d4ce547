import { hashJson } from "../../core/ir/hash.js";
import { evidenceOf, type Evidence, type MeasuredFigure, type Published } from "../../stdlib/evidence.js";
import { standardLibrary } from "../passes/standard.js";
import { explainName, parameterRows, type ExplainedParameter } from "./explain-name.js";

/** All there is to say of a method of the standard library. */
export interface MethodFacts {
  readonly name: string;
  /** Who published it, under what title, where and when. */
  readonly paper: string;
  /** What it does, in a sentence. */
  readonly about: string;
  /** What differs from the paper, and what else there is to know. */
  readonly notes: string;
  readonly parameters: readonly ExplainedParameter[];
  /** Its file without the comment at the top, which says all this: the method, and what it declares for itself. */
  readonly source: string;
  /** What was shown of it; null where nothing was since it changed. */
  readonly evidence: Evidence | null;
}

/** The methods of the standard library, by name. */
export const allMethods = (): readonly MethodFacts[] =>
  [...standardLibrary().values()]
    .filter(({ kind }) => kind === "method")
    .map(({ name }) => name)
    .sort()
    .flatMap((name) => methodFacts(name) ?? []);

export function methodFacts(name: string): MethodFacts | undefined {
  const declared = standardLibrary().get(`method ${name}`);
  const found = explainName(name).find(({ kind }) => kind === "method");
  if (declared === undefined || found === undefined) return undefined;
  const lines = declared.module.text.trimEnd().split("\n");
  const head = lines.findIndex((line) => !line.startsWith("#"));
  const [paper = "", about = "", ...notes] = lines.slice(0, head).map((line) => line.replace(/^# ?/, ""));
  const source = lines.slice(head).join("\n").trim();
  const shown = evidenceOf(name);
  const evidence = shown?.program === methodDigest(name) ? shown : null;
  return { name, paper, about, notes: notes.join("\n"), parameters: found.parameters, source, evidence };
}

/** Tells programs apart: that of a method as it stands. */
export const methodDigest = (name: string): string =>
  digestOf(standardLibrary().get(`method ${name}`)?.module.text ?? "");

/** Of a text without its comments, and of the criteria, penalties and curves of `std` that it names. */
export function digestOf(text: string): string {
  const own = bare(text);
  const named = new Set(own.match(/[a-z][\w-]*/gi));
  const others = [...standardLibrary().values()]
    .filter((one) => one.kind !== "method" && one.module.text !== text && named.has(one.name))
    .map(({ node, module }) => module.text.slice(node.span.start, node.span.end));
  return hashJson([own, ...others.sort()]);
}

/** A text without its comments. */
const bare = (text: string): string =>
  text
    .split("\n")
    .map((line) => line.replace(/#.*$/, "").trimEnd())
    .filter((line) => line !== "")
    .join("\n");

/** A program that runs a method, its parameters as `param`s that `--set` takes; undefined of none. */
export function programOf(name: string): string | undefined {
  const found = methodFacts(name);
  if (found === undefined) return undefined;
  const params = found.parameters.map((one) => `param ${one.name} = ${one.default ?? ""}\n`);
  const args = found.parameters.map((one) => `${one.name}: ${one.name}`).join(", ");
  return `use ${name} from "std"\n${params.join("")}${name}(${args})\n`;
}

/** All methods, a line each. */
export function methodList(): string {
  const methods = allMethods();
  const width = Math.max(...methods.map(({ name }) => name.length));
  const lines = methods.map(({ name, about }) => `  ${name.padEnd(width)}  ${about}`);
  return [...lines, "", "`espalier methods NAME` tells more of one"].join("\n");
}

/** One method for people. */
export function methodText(facts: MethodFacts, columns: number): string {
  const { name, paper, about, notes, parameters, source, evidence } = facts;
  return [
    `${name}: ${about}`,
    "",
    paper,
    ...(notes === "" ? [] : ["", notes]),
    ...(parameters.length === 0 ? [] : ["", ...parameterRows(parameters, columns)]),
    "",
    source,
    "",
    "shown:",
    ...evidenceLines(evidence).map((line) => `  ${line}`),
    "",
    "run it:",
    `  ${commandOf(name)}`,
  ].join("\n");
}

/** The command that runs a method. */
export const commandOf = (name: string): string =>
  `espalier run --method ${name} --network model.json --data mnist`;

/** What was shown of a method, a line for each kind. */
export function evidenceLines(evidence: Evidence | null): readonly string[] {
  if (evidence === null) return ["nothing since it was last changed"];
  const { golden = [], trend, published = [] } = evidence;
  return [
    ...golden.map(({ vector, about }) => `golden ${vector}: ${about}`),
    ...(trend === undefined
      ? []
      : [
          `trend: ${trend.measure} ${figures(trend.method)}, ${trend.control} ${figures(trend.beside)} ` +
            `(${trend.task}; ${trend.before === undefined ? "" : `after \`${trend.before}\`; `}${settings(trend.set)}; seeds ${trend.seeds.join(", ")})`,
        ]),
    ...published.map(publishedLine),
  ];
}

/** A published figure beside ours. */
function publishedLine({ network, compression, error, from, seeds, ours, unpruned }: Published): string {
  const beside = unpruned === null ? "" : `nothing cut: ${spread(unpruned)} %; `;
  return (
    `published: test error ${spread(ours.error)} % at ${(ours.compression.mean ?? NaN).toFixed(1)} × on ${network}, ` +
    `${from === "paper" ? "the paper" : "the paper, at second hand,"} ${error} % at ${compression} × (MNIST; ${beside}seeds ${seeds.join(", ")})`
  );
}

const spread = ({ mean, deviation }: MeasuredFigure): string =>
  `${(mean ?? NaN).toFixed(2)}${deviation === null ? "" : ` ± ${deviation.toFixed(2)}`}`;

const settings = (set: Readonly<Record<string, string>>): string =>
  Object.entries(set)
    .map(([name, value]) => `${name} ${value}`)
    .join(", ");

/** Mean ± deviation, as percentages. */
function figures(shares: readonly number[]): string {
  const mean = shares.reduce((sum, one) => sum + one, 0) / shares.length;
  const variance = shares.reduce((sum, one) => sum + (one - mean) ** 2, 0) / Math.max(1, shares.length - 1);
  return `${(100 * mean).toFixed(1)} ± ${(100 * Math.sqrt(variance)).toFixed(1)} %`;
}
