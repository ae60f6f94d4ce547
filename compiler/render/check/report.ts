import type { CompileResult } from "../../compile-types.js";
import type { Network } from "../../network/types.js";
import { between, grouped } from "../../plan/words.js";
import { jsonDiagnostics, type JsonDiagnostic } from "../json.js";
import { noColors, type Palette } from "../palette.js";
import { renderDiagnostics, summarize } from "../terminal.js";
import { safe, wrap } from "../text.js";
import { eventTable } from "./events.js";
import { checkFacts, type CheckFacts } from "./facts.js";
import { table } from "./table.js";

export interface CheckOptions {
  readonly network?: Network | undefined;
  readonly palette?: Palette;
  /** Default 100. */
  readonly columns?: number;
}

/** What `espalier check` prints: the plan, what ties what, what scores cost, and all diagnostics. */
export function checkReport(result: CompileResult, options: CheckOptions = {}): string {
  const { palette = noColors, columns = 100, network } = options;
  const facts = checkFacts(result, network);
  const sections: string[][] = [];
  const section = (title: string, lines: readonly string[]) => {
    if (lines.length > 0) sections.push([palette.bold(title), ...lines]);
  };
  if (result.ir !== null) {
    sections.push([headline(result, facts)]);
    section("Training", phaseLines(facts, columns));
    section("Events", eventTable(facts, columns));
    section(
      "Moments that only a run can tell",
      facts.unknown.flatMap(({ text, reason }) => indent(`${text}: ${reason}`, columns)),
    );
    section("Units alive at the end", layerTable(facts, columns));
    section(
      "Tied channels",
      facts.ties.flatMap((tie) => indent(tieLine(tie), columns)),
    );
    section(
      "Barriers",
      facts.barriers.flatMap(({ layer, reason }) => indent(`${layer}: ${reason}`, columns)),
    );
    section(
      "Scores",
      facts.criteria.flatMap((one) => indent(criterionLine(one), columns)),
    );
  }
  const { diagnostics, texts, main } = result;
  if (diagnostics.length > 0) {
    sections.push([renderDiagnostics(diagnostics, { texts, main, palette, columns }).trimEnd()]);
  }
  const summary = summarize(diagnostics);
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

function headline({ main, ir }: CompileResult, { network }: CheckFacts): string {
  if (network === null) {
    const named = ir?.network === null ? "" : `, meant for ${safe(ir?.network ?? "")}`;
    return `${safe(main)}${named}: not checked against a network, so units and costs are unknown`;
  }
  const { name, units, params, macs } = network;
  return `${safe(main)} on ${safe(name)}: ${grouped(units)} units, ${grouped(params)} parameters, ${grouped(macs)} MACs`;
}

function phaseLines({ phases }: CheckFacts, columns: number): string[] {
  const shown = phases.slice(0, 12).flatMap(({ text, pass, epochs, stepsPerEpoch }) => {
    const again = pass > 1 ? ` (pass ${pass})` : "";
    const steps =
      stepsPerEpoch === null
        ? ""
        : `: ${grouped(Math.round(epochs * stepsPerEpoch))} steps, ${grouped(stepsPerEpoch)} to an epoch`;
    // The training that rules imply has no length in the text.
    const length = text === "train" ? ` ${grouped(epochs)} ${epochs === 1 ? "epoch" : "epochs"}` : "";
    return indent(`${text}${length}${again}${steps}`, columns);
  });
  return phases.length > 12 ? [...shown, `  … and ${phases.length - 12} more phases`] : shown;
}

function layerTable({ layers }: CheckFacts, columns: number): string[] {
  if (layers.length === 0) return [];
  const rows = layers.map(({ layer, live, total }) => [layer, between(live), grouped(total)]);
  return table(
    [
      { title: "layer", align: "left" },
      { title: "alive", align: "right" },
      { title: "of", align: "right" },
    ],
    rows,
    columns,
  );
}

function tieLine({ by, why, layers, channels }: CheckFacts["ties"][number]): string {
  const verb = {
    join: "joins",
    shared: "shares",
    product: "multiplies",
    reshape: "reshapes",
    recurrent: "recurs over",
    configuration: "sizes alike",
  }[why];
  return `${by} ${verb} ${channels} channels of ${layers.join(", ")}`;
}

function criterionLine({ name, needs, cost }: CheckFacts["criteria"][number]): string {
  return `${name} reads ${needs.length === 0 ? "no tensor" : needs.join(", ")}: ${cost}`;
}

const indent = (text: string, columns: number): string[] =>
  wrap(safe(text), columns - 4).map((line, i) => (i === 0 ? `  ${line}` : `    ${line}`));
