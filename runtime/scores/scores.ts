import { structureKind } from "../../core/ir/structure.js";
import { combineMembers, normalizePerLayer } from "../../core/choose/combine.js";
import {
  carryOutAsync,
  type Combining,
  type EventOf,
  type ScoreRequest,
  type UnitScores,
} from "../../core/events/scoring.js";
import { atEntries, build, evaluateEntries, walkElements, type Domain } from "../../core/expr/domain.js";
import { spaceDomain } from "../../core/expr/domains.js";
import { namesIn, needsData, secondOrderIn, usualMembers, type Name } from "../../core/expr/names.js";
import { elementNode, entryNode, type Node } from "../../core/expr/nodes.js";
import type { Arrays, Values } from "../../core/expr/sources.js";
import { batchTerms, keyOf, sampleTerms } from "../../core/expr/terms.js";
import type { ExprIr } from "../../core/ir/types.js";
import { counted } from "../../core/ir/words.js";
import type { Scores } from "../../core/units/keys.js";
import type { Space } from "../../core/units/space.js";
import { gateGradients } from "./gate-gradients.js";
import { meanGradients, type Scored, type ScoringContext } from "./gather.js";
import { momentStatistics } from "./moments.js";
import { accumulatedNodes } from "./over-training.js";
import { rankStatistics } from "./ranks.js";
import { sampleStatistics } from "./sample-statistics.js";
import { secondOrder } from "./second-order.js";

/** Carries out an event of the engine with scores of this network. */
export const act = <R>(context: ScoringContext, event: EventOf<R>): Promise<R> =>
  carryOutAsync(event, (request) => scoreUnits(context, request));

/** Scores of all units of a space by a criterion, and what a threshold or an allocation beside it reads. Lowest goes first. */
export async function scoreUnits(context: ScoringContext, request: ScoreRequest): Promise<UnitScores> {
  const { id, criterion, space, moment, beside, gates } = request;
  const { seed, slots } = context;
  const base: Values = { seed, keys: [id, moment.key], slots, own: context.own, ...request.values };
  const others = beside === undefined ? [] : [beside];
  const work = (values: Values, exprs: readonly ExprIr[]) =>
    gathered(context, request, values, exprs).then((all) => spaceDomain(space, all));

  const accumulated = criterion.over === "training" ? context.accumulated?.get(id) : undefined;
  const means = accumulated && accumulatedNodes(accumulated, criterion, beside, space);
  const notes =
    criterion.over === "training" && means === undefined
      ? ["nothing was trained on since the last event, so this one scored on one batch"]
      : [];
  if (gates === undefined) {
    const known = means ? { ...base, gathered: means } : base;
    const domain = await work(known, [criterion.expr, ...others]);
    return combined(request, evaluateEntries(criterion.expr, domain), domain, notes);
  }
  const gate = entryNode(await gatesByEntry(context, request, gates));
  const domain = await work({ ...base, gathered: (expr) => (expr === "g" ? gate : undefined) }, [
    criterion.expr,
  ]);
  const around = others.length === 0 ? domain : await work(base, others);
  return combined(request, evaluateEntries(criterion.expr, domain), around, notes);
}

/** The gradients of gates at 0, by entry. */
async function gatesByEntry(
  context: ScoringContext,
  request: ScoreRequest,
  candidates: Uint8Array,
): Promise<Float64Array> {
  const { space } = request;
  const gates = await gateGradients(context, request, candidates);
  return Float64Array.from({ length: space.entries }, (_, entry) => {
    const unit = space.channelUnits?.[space.entryUnit?.[entry] ?? entry];
    return gates.get(unit?.root ?? -1) ?? 0;
  });
}

/** Runs what expressions need over the calibration batches of a criterion. */
async function gathered(
  context: ScoringContext,
  scored: Scored & { readonly id: number; readonly space: Space },
  base: Values,
  exprs: readonly ExprIr[],
): Promise<Values> {
  const { space } = scored;
  const read = unknownIn(exprs, base);
  if (!needsData(read, null)) return base;
  const reads = (...wanted: readonly Name[]) => wanted.some((name) => read.includes(name));
  const gradients = reads("g", "g2", "ga");

  const whole = sampleStatistics(space, sampleTerms(exprs));
  const averages = batchTerms(exprs).map((term) => ({
    average: batchAverage(space, term.expr, term.inner),
    samples: sampleStatistics(space, sampleTerms([term.inner])),
  }));
  const moments = momentStatistics(context, scored, read);
  const ranks = rankStatistics(space, read);
  const observations = [
    whole.observation,
    ...averages.map(({ samples }) => samples.observation),
    ...(moments === null ? [] : [moments.observation]),
    ...(ranks === null ? [] : [ranks.observation]),
  ];
  const squares = reads("g2");
  const after = (g: Arrays): void => {
    const g2 = new Map(squares ? [...g].map(([key, one]) => [key, one.map((x) => x * x)] as const) : []);
    for (const { average, samples } of averages) {
      average.add(spaceDomain(space, { g, g2, ...base, gathered: samples.node }));
      samples.clear();
    }
  };
  const means =
    gradients || moments !== null || reads("a", "x", "rank")
      ? await meanGradients(context, scored, { gradients, squares, observations, after })
      : {};
  const { g } = { g: undefined, ...means };
  const second = secondOrderIn(read) === undefined ? {} : await secondOrder(context, scored, read, g);
  const nodes = new Map(averages.map(({ average }) => [average.key, average.node()] as const));
  for (const name of read) {
    const node = moments?.node(name) ?? ranks?.node(name);
    if (node !== undefined) nodes.set(keyOf(name), node);
  }
  return {
    ...means,
    ...second,
    ...(moments !== null && reads("hinv") && { hinv: moments.inverses() }),
    ...base,
    gathered: (part) => nodes.get(keyOf(part)) ?? whole.node(part) ?? base.gathered?.(part),
  };
}

/** The names that expressions read where nothing of them is gathered yet. */
function unknownIn(exprs: readonly ExprIr[], { gathered: given }: Values): readonly Name[] {
  if (given === undefined) return namesIn(...exprs);
  return exprs.flatMap((expr) => {
    if (typeof expr === "number" || given(expr) !== undefined) return [];
    if (typeof expr === "string") return namesIn(expr);
    const [, ...args] = expr;
    return [...unknownIn(args, { seed: 0, keys: [], gathered: given })];
  });
}

/** `batches(E)`: E computed batch by batch, then averaged. */
interface BatchAverage {
  readonly key: string;
  /** Adds E over one batch. */
  add(domain: Domain): void;
  /** The average so far. */
  node(): Node;
}

function batchAverage(space: Space, expr: ExprIr, inner: ExprIr): BatchAverage {
  const elements = new Map<string, Float64Array>();
  const entries = new Float64Array(space.entries);
  let batches = 0;
  let overElements = false;
  return {
    key: keyOf(expr),
    add(domain) {
      batches++;
      const node = build(inner, domain);
      overElements = node.level === "element";
      if (!overElements) {
        const now = new Float64Array(space.entries);
        atEntries(domain, node, now);
        for (let i = 0; i < entries.length; i++) entries[i] = (entries[i] ?? 0) + (now[i] ?? 0);
        return;
      }
      walkElements(domain, node, ({ part, at, count }, values) => {
        if (part === null) return;
        const sums = elements.get(part.key) ?? new Float64Array(part.rows.length * part.cols.length);
        elements.set(part.key, sums);
        for (let i = 0; i < count; i++) sums[at[i] ?? 0] = (sums[at[i] ?? 0] ?? 0) + (values[i] ?? 0);
      });
    },
    node() {
      const n = Math.max(1, batches);
      if (!overElements) return entryNode(entries.map((sum) => sum / n));
      for (const sums of elements.values())
        for (let i = 0; i < sums.length; i++) sums[i] = (sums[i] ?? 0) / n;
      return elementNode((key) => elements.get(key));
    },
  };
}

function combined(
  { space, criterion, combining }: ScoreRequest,
  entries: Scores,
  domain: Domain,
  notes: readonly string[],
): UnitScores {
  const { members, normalized }: Combining = {
    members: usualMembers(criterion.expr, structureKind(space.structure)),
    ...combining,
  };
  if (normalized) normalizePerLayer(space, entries, normalized);
  const units = combineMembers(space, entries, members);
  let bad = 0;
  for (let i = 0; i < units.length; i++) {
    const score = units[i] ?? 0;
    // Only what is not a number differs from itself.
    if (score !== score) bad++;
  }
  if (bad === 0) return { units, entries, domain, notes };
  const scoring = `${counted(bad, "units")} ${bad === 1 ? "scores" : "score"} not a number`;
  return {
    units,
    entries,
    domain,
    notes: [...notes, `${scoring} and ${bad === 1 ? "goes" : "go"} first`],
  };
}
