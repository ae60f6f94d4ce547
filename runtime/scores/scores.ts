import { counted } from "../../core/ir/words.js";
import type { CriterionIr, Need } from "../../core/ir/types.js";
import { batchAverage } from "./batch-averages.js";
import { combineMembers, normalizePerLayer } from "../../core/choose/combine.js";
import type { Moment } from "../../core/events/context.js";
import {
  carryOutAsync,
  type Combining,
  type EventOf,
  type ScoreRequest,
  type UnitScores,
} from "../../core/events/scoring.js";
import type { ScoringContext } from "./context.js";
import { gateGradients } from "./gate-gradients.js";
import { entryNode } from "../../core/expr/nodes.js";
import { evaluateEntries } from "../../core/expr/expression.js";
import type { Names } from "../../core/expr/expression.js";
import { addGradients, newSums, runBatches, toMeans } from "./gather.js";
import type { Scores } from "../../core/units/keys.js";
import { namesOf } from "../../core/expr/names.js";
import type { Values } from "../../core/expr/names.js";
import { sampleStatistics } from "./sample-statistics.js";
import { batchTerms, sampleTerms } from "../../core/expr/samples.js";
import { secondOrder } from "./second-order.js";
import type { Space } from "../../core/units/space.js";

/** Carries out an event of the engine with scores of this network. */
export const act = <R>(context: ScoringContext, event: EventOf<R>): Promise<R> =>
  carryOutAsync(event, (request) => scoreUnits(context, request));

/** Scores of all units of a space by a criterion. Lowest goes first. */
export async function scoreUnits(context: ScoringContext, request: ScoreRequest): Promise<UnitScores> {
  const { id, criterion, space, moment, combining = { members: "sum" } } = request;
  const values =
    request.gates === undefined ? request.values : await gateValues(context, request, request.gates);
  const base: Values = {
    seed: context.seed,
    keys: [id, moment.key],
    numbers: moment.names,
    slots: context.slots,
    ...values,
  };
  const accumulated = criterion.over === "training" ? context.accumulated?.get(id) : undefined;
  if (accumulated !== undefined && accumulated.sums.length === space.entries) {
    const steps = Math.max(1, accumulated.steps);
    const entries = accumulated.sums.map((sum) => sum / steps);
    return combined(space, entries, criterion, combining, namesOf(base));
  }
  const names = namesOf(await gathered(context, criterion, space, moment, base));
  return combined(space, evaluateEntries(criterion.expr, space, names), criterion, combining, names);
}

/** What names stand for where `g` is that of gates. */
async function gateValues(
  context: ScoringContext,
  { criterion, space, moment, values }: ScoreRequest,
  candidates: Uint8Array,
): Promise<Partial<Values>> {
  const gates = await gateGradients(context, criterion, space, candidates, moment);
  const byEntry = Float64Array.from({ length: space.entries }, (_, entry) => {
    const unit = space.channelUnits?.[space.entryUnit?.[entry] ?? entry];
    return gates.get(unit?.root ?? -1) ?? 0;
  });
  const node = entryNode(byEntry);
  return { ...values, g: new Map(), known: (expr, of) => (expr === "g" && of === space ? node : undefined) };
}

/** Runs what the criterion needs over the calibration batches. */
async function gathered(
  context: ScoringContext,
  criterion: CriterionIr,
  space: Space,
  moment: Moment,
  base: Values,
): Promise<Values> {
  const { expr } = criterion;
  const needs = (...wanted: readonly Need[]) => wanted.some((need) => criterion.needs.includes(need));
  const gradients = needs("g", "g2", "ga");
  const given = base.g !== undefined && !needs("g2", "ga", "a", "x", "h", "hg");
  if (given || !(gradients || needs("a", "x", "h", "hg"))) return base;

  const whole = sampleStatistics(space, sampleTerms(expr));
  const averages = batchTerms(expr).map((term) => ({
    average: batchAverage(space, term.expr, term.inner),
    samples: sampleStatistics(space, sampleTerms(term.inner)),
  }));
  const sums = newSums();
  const observations = [whole.observation, ...averages.map(({ samples }) => samples.observation)];
  if (gradients || needs("a", "x")) {
    await runBatches(context, criterion, moment, { gradients, observations }, (batch) => {
      addGradients(sums, batch, needs("g2"));
      const squares = needs("g2")
        ? new Map([...batch].map(([key, g]) => [key, g.map((one) => one * one)] as const))
        : new Map<string, Float32Array>();
      for (const { average, samples } of averages) {
        average.add(namesOf({ g: batch, g2: squares, ...base, known: samples.node }));
        samples.clear();
      }
    });
  }
  toMeans(sums);
  const second = needs("h", "hg") ? await secondOrder(context, criterion, moment) : {};
  const nodes = new Map(averages.map(({ average }) => [average.expr, average.node()] as const));
  return {
    g: sums.g,
    g2: sums.g2,
    ...second,
    ...base,
    known: (part, of) => nodes.get(part) ?? whole.node(part, of) ?? base.known?.(part, of),
  };
}

function combined(
  space: Space,
  entries: Scores,
  criterion: CriterionIr,
  combining: Combining,
  names: Names,
): UnitScores {
  if (combining.normalized) normalizePerLayer(space, entries, combining.normalized);
  const members = sharedByMembers(criterion) ? "mean" : combining.members;
  const units = combineMembers(space, entries, members);
  let bad = 0;
  for (let i = 0; i < units.length; i++) {
    const score = units[i] ?? 0;
    // Only what is not a number differs from itself.
    if (score !== score) bad++;
  }
  const notes =
    bad > 0
      ? [
          `${counted(bad, "units")} ${bad === 1 ? "scores" : "score"} not a number and ${bad === 1 ? "goes" : "go"} first`,
        ]
      : [];
  return { units, entries, names, notes };
}

/** Values that all members of a unit share: adding them up would favour units of many layers. */
const sharedByMembers = ({ needs }: CriterionIr): boolean =>
  needs.length > 0 && needs.every((need) => need === "random" || need === "gamma" || need === "beta");
