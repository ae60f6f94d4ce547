import { raise } from "../../../core/diagnostics/create.js";
import { evaluate } from "../../../core/expr/evaluate.js";
import { metricIn, metricName, namesOf, readsData } from "../../../core/ir/accuracy-readers.js";
import { readsTimes } from "../../../core/latency/asks.js";
import { isAccuracy, qualityIn, qualityNames, qualityOf } from "../../../core/ir/qualities.js";
import { isCoded, measureNames, plainSize, wholeOf } from "../../../core/ir/sizes.js";
import type { ExprIr } from "../../../core/ir/types.js";
import { grouped } from "../../../core/ir/words.js";
import type { Measured, Session } from "../host/session.js";
import { timeLayers } from "./latency.js";
import { codedNow, conditionSplit, evaluateOn, knownMeasures, metricOf } from "./measures.js";

/** What became of a condition: whether it holds, and what it compared, in the units that programs write. */
export interface Found {
  readonly holds: boolean;
  readonly text: string;
}

/**
 * Measures a condition now; the network is evaluated only where an accuracy or loss is read, and where `measured` does not tell them.
 * @throws DiagnosticError P7013 when a name in it has no value here
 */
export async function measureCondition(
  session: Session,
  condition: ExprIr,
  measured?: Measured,
): Promise<Found> {
  const { value, text } = await measureValue(session, condition, measured);
  return { holds: value !== 0, text };
}

/** The value of an expression over measures, as that of a condition is found. @throws DiagnosticError P7013 */
export async function measureValue(session: Session, expr: ExprIr, measured?: Measured) {
  const names = await namesFor(session, expr, measured);
  const value = evaluate(expr, names);
  if (value === undefined)
    raise("P7013", "the condition has no value here", {
      notes: [`known are ${[...names.keys()].map((name) => `\`${name}\``).join(", ")}`],
    });
  return { value, text: told(expr, names).join("; ") };
}

async function namesFor(session: Session, condition: ExprIr, measured?: Measured) {
  if (readsTimes(condition)) await timeLayers(session);
  const names = knownMeasures(session);
  if (namesOf(condition).some(isCoded))
    for (const [name, size] of Object.entries(codedNow(session))) names.set(name, size);
  if (!readsData(condition)) return names;
  const read = namesOf(condition);
  const metrics = read.flatMap((name) => metricIn(name) ?? []);
  const untold =
    (metrics.length > 0 && measured?.metrics === undefined) ||
    (read.some((name) => qualityIn(name) === "top5-accuracy") && measured?.top5Accuracy === undefined);
  const known = untold ? undefined : measured;
  const now = known ?? (await evaluateOn(session, conditionSplit(session)));
  for (const name of metrics) {
    const value = metricOf(now, name);
    if (value !== null) names.set(metricName(name), value);
  }
  const { start, dense, best } = session.baselines;
  // Before the first cut, what stands is the dense network.
  const moments = { "": now, "start.": start, "dense.": dense ?? now, "best.": best };
  for (const [prefix, one] of Object.entries(moments))
    for (const measure of qualityNames) {
      const value = one === null ? null : qualityOf(one, measure);
      if (value !== null) names.set(prefix + measure, value);
    }
  return names;
}

/** Every measure read; a size beside its percentage of the network as loaded where the condition asks for that. */
function told(condition: ExprIr, names: ReadonlyMap<string, number>): readonly string[] {
  const read = new Set(namesOf(condition));
  return [...names].flatMap(([name, value]) => {
    if (!read.has(name)) return [];
    const metric = metricIn(name);
    if (metric !== null) return [`${metric} is ${Number(value.toPrecision(4))}`];
    const measure = name.slice(name.indexOf(".") + 1);
    if (isAccuracy(measure)) return [`${name} is ${percent(value)}`];
    if (measure === "loss") return [`${name} is ${Number(value.toPrecision(4))}`];
    // Said as the whole of a size that is read, too.
    if (name !== measure && measureNames.some((one) => read.has(one) && wholeOf(one) === measure)) return [];
    const size = measureNames.find((known) => known === name);
    const whole = size === undefined ? "" : `start.${wholeOf(size)}`;
    const start = read.has(whole) ? names.get(whole) : undefined;
    const written = (one: number): string => (measure === "latency" ? plainSize(measure, one) : grouped(one));
    const share = start === undefined ? "" : `, ${percent(value / start)} of ${written(start)}`;
    return [`${name} is ${written(value)}${share}`];
  });
}

/** A share as programs write it, without digits that say nothing. */
const percent = (share: number): string => `${Number((100 * share).toFixed(2))}%`;
