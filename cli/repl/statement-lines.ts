import type { DoneStatement, Standing } from "../../api/session/types.js";
import { wrap } from "../../compiler/render/text.js";
import { count, percent } from "../../runtime/report/numbers.js";
import type { Terminal } from "../terminal.js";

/** What a network costs and how well it does, as short facts. */
export function standingFacts({ params, macs, accuracy, loss, on }: Standing): string[] {
  const measured =
    accuracy !== null
      ? [`accuracy ${percent(accuracy, 2)}`]
      : loss !== null
        ? [`loss ${loss.toPrecision(4)}`]
        : [];
  return [
    `${count(params)} parameters`,
    `${count(macs)} MACs`,
    ...measured.map((one) => `${one} on ${on ?? ""}`),
  ];
}

/** What a statement changed: sizes and accuracy before and after. Nothing of what stayed. */
export function changeLines(
  { before, after }: Pick<DoneStatement, "before" | "after">,
  terminal: Terminal,
): string[] {
  if (before === after) return [];
  const size = (what: string, was: number, is: number): string[] =>
    was === is ? [] : [`${what} ${count(was)} → ${count(is)} (${change(was, is)})`];
  const sizes = [
    ...size("parameters", before.params, after.params),
    ...size("MACs", before.macs, after.macs),
    ...singles(before, after, size),
  ];
  const moved = sizes.length > 0 || before.accuracy !== after.accuracy || before.loss !== after.loss;
  if (!moved || after.on === null) return joined(sizes, terminal);
  const quality =
    before.accuracy !== null && after.accuracy !== null
      ? `accuracy ${percent(before.accuracy, 2)} → ${percent(after.accuracy, 2)} on ${after.on}`
      : `loss ${(before.loss ?? NaN).toPrecision(4)} → ${(after.loss ?? NaN).toPrecision(4)} on ${after.on}`;
  return joined([...sizes, quality], terminal);
}

/** Single weights that died or came back in tensors that keep their size. */
function singles(
  before: Standing,
  after: Standing,
  size: (what: string, was: number, is: number) => string[],
): string[] {
  const tensors = after.params - before.params;
  const weights = after.nonzeroParams - before.nonzeroParams;
  if (tensors === weights) return [];
  return [
    ...size("nonzero parameters", before.nonzeroParams, after.nonzeroParams),
    ...size("nonzero MACs", before.nonzeroMacs, after.nonzeroMacs),
  ];
}

const change = (was: number, is: number): string =>
  was === 0 ? "" : `${is < was ? "−" : "+"}${percent(Math.abs(is - was) / was)}`;

/** Facts on one line where they fit, else a line each. */
function joined(facts: readonly string[], { columns, colors }: Terminal): string[] {
  if (facts.length === 0) return [];
  const one = `  ${facts.join(" · ")}`;
  const lines = one.length < columns ? [one] : facts.flatMap((fact) => narrow(fact, columns));
  return lines.map((line) => colors.cyan(line));
}

const narrow = (fact: string, columns: number): string[] =>
  wrap(fact, Math.max(8, columns - 5)).map((line, i) => (i === 0 ? `  ${line}` : `    ${line}`));
