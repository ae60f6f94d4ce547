import { compensationLine } from "./compensations.js";
import { gateLine } from "./gates.js";
import { pullLine } from "./pulls.js";
import { memoryLine } from "./memory.js";
import { sharingLine } from "./sharings.js";
import { teacherLine } from "./teachers.js";
import { trainedLine } from "./trained.js";
import { searchLine } from "./searches.js";
import type { CompileResult } from "../../compile.js";
import type { Diagnostic } from "../../../core/diagnostics/diagnostic.js";
import { milliseconds } from "../../../core/ir/sizes.js";
import { byReason } from "../../../core/ir/words.js";
import type { Network } from "../../../core/network/types.js";
import { counted } from "../../plan/words.js";
import { jsonDiagnostics, type JsonDiagnostic } from "../json.js";
import { noColors, type Palette } from "../palette.js";
import { renderDiagnostics, summarize } from "../terminal.js";
import { indent, safe, wrap } from "../text.js";
import { aliveTables } from "./alive.js";
import { phaseLines } from "./phases.js";
import { eventLines, shownEvents } from "./events.js";
import { checkFacts, type CheckFacts } from "./facts.js";

export interface CheckOptions {
  readonly network?: Network | undefined;
  readonly palette?: Palette;
  /** Default 100. */
  readonly columns?: number;
  /** Every event on its own, however many there are. */
  readonly events?: boolean | undefined;
  /** What else was found, and told already: it counts in the last line. */
  readonly beside?: readonly Diagnostic[];
}

/** What `espalier check` prints: the plan, what ties what, what scores cost, and all diagnostics. */
export function checkReport(result: CompileResult, options: CheckOptions = {}): string {
  const { palette = noColors, columns = 100, network, beside = [] } = options;
  const facts = checkFacts(result, network);
  const sections: string[][] = [];
  const section = (title: string, lines: readonly string[]) => {
    if (lines.length > 0) sections.push([palette.bold(title), ...lines]);
  };
  const list = <Row>(title: string, rows: readonly Row[], line: (row: Row) => string) =>
    section(
      title,
      rows.flatMap((row) => indent(line(row), columns)),
    );
  if (result.ir !== null) {
    sections.push(wrap(headline(result, facts, options.network !== undefined), columns));
    section("Training", phaseLines(facts, columns));
    const items = shownEvents(facts, options.events ?? false);
    section("Events", eventLines(items, facts, columns));
    for (const { title, lines } of aliveTables(items, facts, columns)) section(title, lines);
    list("Moments that only a run can tell", facts.unknown, ({ text, reason }) => `${text}: ${reason}`);
    list("Tied channels", facts.ties, tieLine);
    const barriers = byReason(facts.barriers.map(({ layer, reason }) => [layer, reason]));
    list("Barriers", barriers, ([layers, reason]) => `${layers.join(", ")}: ${reason}`);
    list("Scores", facts.criteria, criterionLine);
    list("Searches", facts.searches, searchLine);
    list("Learned masks", facts.learned, gateLine);
    list("Pulls", facts.pulls, pullLine);
    list("Trained numbers", facts.trained, trainedLine);
    list("Compensation", facts.compensations, compensationLine);
    list("Shared values", facts.sharings, sharingLine);
    list("Teachers", facts.teachers, teacherLine);
    list("Memory", facts.memory, memoryLine);
    list("Latency", facts.latency === undefined ? [] : [facts.latency], latencyLine);
  }
  list("JavaScript", facts.javascript, javascriptLine);
  const { diagnostics, texts, main } = result;
  if (diagnostics.length > 0) {
    sections.push([renderDiagnostics(diagnostics, { texts, main, palette, columns }).trimEnd()]);
  }
  const summary = summarize([...diagnostics, ...beside]);
  sections.push([summary === "" ? palette.green("no mistakes found") : summary]);
  return `${sections.map((lines) => lines.join("\n")).join("\n\n")}\n`;
}

export type CheckJson = CheckFacts & {
  readonly file: string;
  readonly diagnostics: readonly JsonDiagnostic[];
};

/** The same as plain data. */
export function checkJson(result: CompileResult, network?: Network): CheckJson {
  const diagnostics = jsonDiagnostics(result.diagnostics, result.texts, result.main);
  return { file: result.main, ...checkFacts(result, network), diagnostics };
}

function headline({ main, ir }: CompileResult, { network }: CheckFacts, bound: boolean): string {
  if (network === null && bound)
    return `${safe(main)}: counts hang on what was not measured here, so units and costs are unknown`;
  if (network === null) {
    const named = ir?.network === null ? "" : `, meant for ${safe(ir?.network ?? "")}`;
    return `${safe(main)}${named}: not checked against a network, so units and costs are unknown`;
  }
  const { name, units, params, macs } = network;
  return `${safe(main)} on ${safe(name)}: ${counted(units, "units")}, ${counted(params, "parameters")}, ${counted(macs, "MACs")}`;
}

const latencyLine = ({ ms, on, batch }: NonNullable<CheckFacts["latency"]>): string =>
  `${milliseconds(ms)} for ${counted(batch, "examples")} as loaded, by times of layers measured on ${on}`;

function tieLine({ by, why, layers, channels }: CheckFacts["ties"][number]): string {
  const verb = {
    join: "joins",
    shared: "shares",
    product: "multiplies",
    reshape: "reshapes",
    recurrent: "recurs over",
    configuration: "sizes alike",
  }[why];
  return `${by} ${verb} ${counted(channels, "channels")} of ${layers.join(", ")}`;
}

function javascriptLine({ kind, name, from, reads }: CheckFacts["javascript"][number]): string {
  const read = reads === undefined ? "" : ` reads ${reads.join(", ")}`;
  if (from === null) return `the ${kind} ${safe(name)}, which the host gives${read && `,${read}`}`;
  const here = reads === undefined ? "not run here, and" : "looked into here, and run";
  return `the ${kind} ${safe(name)} of ${safe(from)}${read}: ${here} by \`run\` with \`--allow-js\` alone`;
}

function criterionLine({ name, needs, cost }: CheckFacts["criteria"][number]): string {
  return `${name} reads ${needs.length === 0 ? "no tensor" : needs.join(", ")}: ${cost}`;
}
