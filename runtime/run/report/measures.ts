import { choiceOf, chosenOnTest } from "../../../core/ir/accuracy-readers.js";
import { raise } from "../../../core/diagnostics/create.js";
import { codedForms, codedNames, sizeNames, wholeOf, type CodedName } from "../../../core/ir/sizes.js";
import { logDiagnostic } from "./log.js";
import type { Evaluated, Measured, Session } from "../host/session.js";
import { measuresNow } from "./sizes.js";
import { storedNow } from "./stored.js";
import { orderedBatches, requireData } from "../phase/batches.js";

/** Loss (mean per example) and accuracies over a whole split, in inference mode. Kept until the network changes. */
export async function evaluateOn(session: Session, on: Evaluated["on"]): Promise<Evaluated> {
  const known = session.evaluated.find((one) => one.on === on);
  if (known !== undefined) return known;
  const data = requireData(session);
  const split = data[on];
  if (split === null || split === undefined)
    raise("P7006", `\`${data.describe().name}\` has no ${on} split`, {
      help: `give the data a ${on} split, or write \`evaluate on train\``,
    });
  let [loss, correct, top5, counted, rows] = [0, 0, 0, 0, 0];
  const sums: Record<string, number> = {};
  for await (const batch of orderedBatches(split, evaluationBatch(session), session.options.seed)) {
    const result = session.executor.evaluate(batch);
    loss += result.loss;
    correct += result.correct;
    top5 += result.top5;
    counted += result.counted;
    rows += batch.size;
    for (const [name, sum] of Object.entries(result.metrics)) sums[name] = (sums[name] ?? 0) + sum;
  }
  const shareOf = (sum: number): number | null =>
    counted !== 0 && Number.isFinite(sum) ? sum / counted : null;
  const top5Accuracy = shareOf(top5);
  const evaluated: Evaluated = {
    on,
    loss: rows > 0 ? loss / rows : 0,
    accuracy: shareOf(correct),
    ...(top5Accuracy !== null && { top5Accuracy }),
    metrics: Object.fromEntries(Object.entries(sums).map(([name, sum]) => [name, sum / rows])),
  };
  session.evaluated = [...session.evaluated, evaluated];
  if (on === conditionSplit(session)) noteBest(session.baselines, evaluated);
  return evaluated;
}

/** Top-5 accuracy and metrics in JavaScript as a part of a report; nothing of what there is none. */
export function besides(evaluated: Evaluated | null): Pick<Measured, "top5Accuracy" | "metrics"> {
  const { top5Accuracy, metrics = {} } = evaluated ?? {};
  return {
    ...(top5Accuracy !== undefined && { top5Accuracy }),
    ...(Object.keys(metrics).length > 0 && { metrics }),
  };
}

/** A metric in JavaScript; of a network with several outputs the mean of theirs. Null where there is none of that name. */
export function metricOf({ metrics = {} }: Measured, name: string): number | null {
  const own = Object.keys(metrics).filter((one) => one === name || one.startsWith(`${name} of `));
  const sum = own.reduce((so, one) => so + (metrics[one] ?? NaN), 0);
  return own.length === 0 ? null : sum / own.length;
}

/** The part of the data on which conditions measure: what is held out, where anything is, for validation before tests. */
export const conditionSplit = ({ data }: Session): Evaluated["on"] =>
  data?.validation ? "validation" : data?.test ? "test" : "train";

/** Says where a step chooses a network by the data that it is tested on. */
export function noteChoice(session: Session, step: Parameters<typeof choiceOf>[0]): void {
  const choice = conditionSplit(session) === "test" ? choiceOf(step) : null;
  if (choice !== null) logDiagnostic(session, chosenOnTest(choice));
}

/** Remembers the highest accuracies and the lowest loss. */
function noteBest(baselines: Session["baselines"], { accuracy, top5Accuracy, loss }: Evaluated): void {
  const { best } = baselines;
  const top5 =
    top5Accuracy === undefined ? best.top5Accuracy : Math.max(top5Accuracy, best.top5Accuracy ?? 0);
  baselines.best = {
    accuracy: accuracy === null ? best.accuracy : Math.max(accuracy, best.accuracy ?? 0),
    ...(top5 !== undefined && { top5Accuracy: top5 }),
    loss: Math.min(loss, best.loss ?? Infinity),
  };
}

/**
 * Measures the network for conditions that compare with how it stands now. Null without held-out data, unless some condition asks:
 * a pass over the training data is dear.
 */
export async function measureBaseline(session: Session, of: "start" | "dense"): Promise<Measured | null> {
  const { data, options } = session;
  if (data === null || !(conditionSplit(session) !== "train" || options.compares.includes(of))) return null;
  const { accuracy, top5Accuracy, loss } = await evaluateOn(session, conditionSplit(session));
  return { accuracy, ...(top5Accuracy !== undefined && { top5Accuracy }), loss };
}

/** Examples per batch of an evaluation: many small ones waste time, large ones of large images memory. */
function evaluationBatch({ data, options }: Session): number {
  const inputs = data?.describe().inputs ?? [];
  const numbers = inputs.reduce((sum, shape) => sum + shape.reduce((product, n) => product * n, 1), 0);
  return Math.max(options.batch, Math.min(256, Math.floor(2 ** 20 / Math.max(1, numbers))));
}

/** What the network takes in codes, as it stands with its masks. */
export function codedNow(session: Session): Readonly<Record<CodedName, number>> {
  const { all } = storedNow(session);
  const sizes = codedNames.map((name) => [name, all[codedForms[name]]] as const);
  return Object.fromEntries(sizes) as Record<CodedName, number>;
}

/** Names a condition may use, with their values now; accuracies and `loss` cost an evaluation and come later. */
export function knownMeasures(session: Session): Map<string, number> {
  const [now, start] = [measuresNow(session), session.start.measures];
  const whole = sizeNames.map(wholeOf);
  return new Map<string, number>(
    [
      ...sizeNames.map((name) => [name, now[name]] as const),
      ...whole.map((name) => [`start.${name}`, start[name]] as const),
    ].filter(([, value]) => !Number.isNaN(value)),
  );
}
