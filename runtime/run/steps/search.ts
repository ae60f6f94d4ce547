import { raise } from "../../../core/diagnostics/create.js";
import { isCounted, keepsLimits, type Limit } from "../../../core/choose/budget.js";
import { perLayer } from "../../../core/expr/per-layer.js";
import { readsTimes } from "../../../core/latency/asks.js";
import { plainSize, sizeText, wholeOf, type Measure, type MeasureName } from "../../../core/ir/sizes.js";
import type { ExprIr, SearchIr } from "../../../core/ir/types.js";
import type { Json } from "../../../core/network/types.js";
import { decisionsOf } from "../../../core/search/decisions.js";
import { agentKind, trialsOf } from "../../../core/search/registry.js";
import type { Decision, Point } from "../../../core/search/types.js";
import type { SearchSpec } from "../../helpers.js";
import { numberOf } from "../../optimizers/rates.js";
import { searchIr } from "../../statements.js";
import { pause } from "../host/journal.js";
import type { Rehearsal, Searching, Session } from "../host/session.js";
import { minimize } from "../phase/train.js";
import { measureValue } from "../report/condition.js";
import { grouped, logEvent } from "../report/log.js";
import { timeLayers } from "../report/latency.js";
import { codedNow, noteChoice } from "../report/measures.js";
import { measuresNow } from "../report/sizes.js";
import { newRehearsal } from "./rehearsal.js";
import { lastGood, undo } from "./while.js";
import { atStatement } from "./step.js";

/** A search under way, with what follows from program and network. */
interface Under {
  readonly session: Session;
  readonly ir: SearchIr;
  readonly kept: Searching;
  readonly limits: readonly Limit<MeasureName>[];
  readonly losses: Session["losses"];
  /** What passes without training share. */
  readonly scores: Rehearsal["scores"];
}

type Value = number | ExprIr;

/**
 * The values of a search, one for each pass of its block: trials, each from where the search began and with the same draws, and in the
 * end the best of them once more. In between, passes that train nothing show how large a proposal leaves the network: one that is over
 * a limit moves toward the cheap end of the range until it is not, and is tried there.
 */
export async function* search(session: Session, id: number, spec: SearchSpec): AsyncGenerator<Value> {
  const ir = searchIr(id, spec, session.options);
  const { journal } = session;
  const base = journal.position;
  const known = session.searches.get(id);
  if (known?.base !== base && journal.results.length > base) {
    // An earlier process went on to the last pass.
    const groups = groupsIn(journal.begin().done?.result);
    return yield valueOf(ir, groups.groups, groups.point);
  }
  const limited = (ir.within ?? []).some(({ measure }) => measure === "latency");
  if (limited || readsTimes(ir.maximizing)) await timeLayers(session);
  const kept = known?.base === base ? known : begin(session, ir, base);
  const under: Under = {
    session,
    ir,
    kept,
    limits: limitsOf(session, ir),
    losses: session.losses,
    scores: new Map(),
  };
  kept.groups ??= yield* findGroups(under);
  const { groups } = kept;
  const agent = agentKind(ir.agent.name).open(
    { seed: session.options.seed, id, decisions: chosenBy(under, groups) },
    ir.agent.args,
  );
  for (const { point, result } of kept.trials) if (result !== null) agent.learn(point, result);

  const trials = trialsOf(ir.agent);
  while (kept.trials.length < trials) {
    const { results } = journal;
    const { point, repaired } =
      results.length > base
        ? groupsIn(results[base])
        : yield* withinLimits(under, groups, agent.propose(kept.trials.length).map(rounded));
    startPass(session, { point, groups, repaired });
    yield valueOf(ir, groups, point);
    const result = await atStatement(id, () => endTrial(under, groups, { point, repaired }, trials));
    if (result !== null) agent.learn(point, result);
    session.checkpointWanted = true;
    await pause(session);
  }
  const best = bestOf(kept);
  if (best === null)
    raise("P7023", `none of ${trials} trials kept the limits of the search`, {
      help: "the limits hang on what training does: leave more room, or prune before it",
    });
  const { point } = kept.trials[best] ?? { point: [] };
  session.searches.delete(id);
  session.lastGood.delete(id);
  const told = shown(ir, groups, point);
  logEvent(
    session,
    "search",
    id,
    `trial ${best + 1} of ${trials} is the best: ${told}; the block runs with it`,
  );
  startPass(session, { point, groups, repaired: false });
  yield valueOf(ir, groups, point);
}

/** What the journal holds of a pass: enough to give its value again. */
interface Pass {
  readonly point: Point;
  readonly groups: readonly (readonly string[])[];
  readonly repaired: boolean;
}

function startPass({ journal }: Session, pass: Pass): void {
  if (journal.begin().done === null) journal.complete(JSON.parse(JSON.stringify(pass)) as Json);
}

function groupsIn(result: Json | undefined): Pass {
  const { point, groups, repaired } = Object.assign({}, result) as Partial<Pass>;
  if (Array.isArray(point) && Array.isArray(groups)) return { point, groups, repaired: repaired === true };
  raise("P7003", "the checkpoint's journal does not fit the program", {
    help: "begin anew with `--restart`",
  });
}

function begin(session: Session, ir: SearchIr, base: number): Searching {
  const { record, clock } = session;
  const kept: Searching = {
    base,
    clock: { ...clock },
    history: record.history.length,
    events: record.events.length,
    row: record.searches.length,
    groups: ir.perLayer ? null : [[]],
    cheap: null,
    trials: [],
  };
  noteChoice(session, ir);
  record.searches = [...record.searches, { id: ir.id, variable: ir.as, trials: [], best: null }];
  session.searches.set(ir.id, kept);
  session.lastGood.set(ir.id, lastGood(session));
  return kept;
}

const limitsOf = ({ start }: Session, { within = [] }: SearchIr): readonly Limit<MeasureName>[] =>
  within.map(({ measure, relative, value }) => {
    const most = typeof value === "object" && "moving" in value ? NaN : numberOf(value);
    return { measure, most: relative ? most * start.measures[wholeOf(measure)] : most };
  });

/** What stands is again what the search began with; what trials did stays in the log of the search alone. */
function back({ session, ir, kept, losses }: Under): void {
  const { record, journal, clock } = session;
  const good = session.lastGood.get(ir.id);
  if (good === undefined) throw new Error("a search has lost what it began with");
  session.losses = losses;
  session.phase = null;
  undo(session, good);
  session.lastGood.set(ir.id, lastGood(session));
  journal.backTo(kept.base);
  Object.assign(clock, kept.clock);
  record.history.length = kept.history;
  const own = record.events
    .slice(kept.events)
    .filter((event) => event.kind === "search" && event.id === ir.id);
  record.events.splice(kept.events, Infinity, ...own);
  session.lastCheckpoint.step = Math.min(session.lastCheckpoint.step, clock.step);
}

/** A pass of the block without training: how large it leaves the network. */
async function* rehearse(under: Under, value: Value): AsyncGenerator<Value, Measure> {
  const { session } = under;
  session.rehearsal ??= newRehearsal(under.scores);
  try {
    startPass(session, { point: [], groups: [], repaired: false });
    yield value;
    return measuresNow(session);
  } finally {
    back(under);
    session.rehearsal = null;
  }
}

/** The layers that get a value each: those that share units, directly or through others, get one together. */
async function* findGroups(under: Under): AsyncGenerator<Value, readonly (readonly string[])[]> {
  const { session, ir } = under;
  const rehearsal = newRehearsal(under.scores);
  session.rehearsal = rehearsal;
  yield* rehearse(under, perLayer(ir.from, []));
  const groups: Set<string>[] = [];
  for (const group of rehearsal.groups) {
    const shared = groups.filter((one) => group.some((path) => one.has(path)));
    const [first] = shared;
    if (first === undefined) groups.push(new Set(group));
    for (const one of [group, ...shared.slice(1)]) for (const path of one) first?.add(path);
    for (const one of shared.slice(1)) groups.splice(groups.indexOf(one), 1);
  }
  if (groups.length === 0)
    raise("P7023", "the search finds no layer to choose a value for", {
      help: "the prunes of its block found nothing that they may take",
    });
  return groups.map((group) => [...group]);
}

/** The numbers that the agent chooses. */
function chosenBy({ session, ir }: Under, groups: readonly (readonly string[])[]): readonly Decision[] {
  const good = session.lastGood.get(ir.id);
  if (good === undefined || !ir.perLayer) return groups.map(() => ({ cost: 1, facts: [] }));
  return decisionsOf(good.network, good.moment.state, groups);
}

/** Finer differences than these are noise, and long to read. */
const rounded = (value: number): number => Math.round(value * 1e4) / 1e4;
/** Halvings of the way to the cheap end. */
const halvings = 12;

/** A proposal that keeps the limits: itself, or the nearest on the way to the end of the range where the network is smallest. */
async function* withinLimits(
  under: Under,
  groups: readonly (readonly string[])[],
  proposed: Point,
): AsyncGenerator<Value, { readonly point: Point; readonly repaired: boolean }> {
  const { ir, kept } = under;
  const limits = under.limits.filter(isCounted);
  if (limits.length === 0) return { point: proposed, repaired: false };
  const fits = async function* (point: Point): AsyncGenerator<Value, boolean> {
    return keepsLimits(yield* rehearse(under, valueOf(ir, groups, point)), limits);
  };
  if (yield* fits(proposed)) return { point: proposed, repaired: false };
  kept.cheap ??= yield* cheapEnd(under, groups);
  const { cheap } = kept;
  const at = (way: number): Point => proposed.map((value) => rounded(value + way * (cheap - value)));
  let [low, high] = [0, 1];
  for (let i = 0; i < halvings; i++) {
    const middle = (low + high) / 2;
    if (yield* fits(at(middle))) high = middle;
    else low = middle;
  }
  return { point: at(high), repaired: true };
}

/** The end of the range that keeps the limits. @throws DiagnosticError P7023 where neither does */
async function* cheapEnd(
  under: Under,
  groups: readonly (readonly string[])[],
): AsyncGenerator<Value, number> {
  const { ir } = under;
  const limits = under.limits.filter(isCounted);
  const notes: string[] = [];
  for (const end of [1, 0]) {
    const point = groups.map(() => end);
    const sizes = yield* rehearse(under, valueOf(ir, groups, point));
    if (keepsLimits(sizes, limits)) return end;
    const over = overLimits(sizes, limits);
    notes.push(
      ...over.map(({ measure, most }) =>
        measure === "latency"
          ? `${one(ir, end)} leaves ${sizeText(measure, sizes[measure])}, and ${plainSize(measure, most)} are allowed`
          : `${one(ir, end)} leaves ${grouped(sizes[measure])} ${measure}, and ${grouped(Math.floor(most))} are allowed`,
      ),
    );
  }
  return raise("P7023", "no value of the search keeps its limits", {
    notes,
    help: "widen the range, or the limits",
  });
}

/** Measures what a trial left, and goes back to where it began. Null where it ended over a limit. */
async function endTrial(
  under: Under,
  groups: readonly (readonly string[])[],
  { point, repaired }: Omit<Pass, "groups">,
  trials: number,
): Promise<number | null> {
  const { session, ir, kept, limits } = under;
  const { value, text: measured } = await measureValue(session, ir.maximizing);
  const over =
    limits.length === 0 ? [] : overLimits({ ...measuresNow(session), ...codedNow(session) }, limits);
  const result = over.length === 0 && Number.isFinite(value) ? value : null;
  const why = over.length > 0 ? `, over the limit of ${over.map(({ measure }) => measure).join(", ")}` : "";
  back(under);
  minimize(session, under.losses);
  kept.trials.push({ point, result });
  const best = bestOf(kept);
  const { record } = session;
  const text = `${measured}${why}`;
  record.searches = record.searches.map((row, i) =>
    i === kept.row
      ? {
          ...row,
          trials: [
            ...row.trials,
            { values: valuesOf(ir, groups, point), result, text, ...(repaired && { repaired }) },
          ],
          best: best === null ? null : best + 1,
        }
      : row,
  );
  const number = kept.trials.length;
  const rank = best === number - 1 ? "the best so far" : best === null ? "" : `the best is trial ${best + 1}`;
  const said = [shown(ir, groups, point), text, ...(repaired ? ["brought within the limits"] : []), rank];
  logEvent(session, "search", ir.id, `trial ${number} of ${trials}: ${said.filter(Boolean).join("; ")}`);
  return result;
}

const overLimits = <Name extends MeasureName>(
  sizes: Readonly<Record<Name, number>>,
  limits: readonly Limit<Name>[],
): readonly Limit<Name>[] => limits.filter((limit) => !keepsLimits(sizes, [limit]));

/** The first of the best. */
function bestOf({ trials }: Searching): number | null {
  let best: number | null = null;
  trials.forEach(({ result }, i) => {
    if (result !== null && (best === null || result > (trials[best]?.result ?? -Infinity))) best = i;
  });
  return best;
}

const exact = {
  share: (x: number) => Number(x.toFixed(4)),
  whole: Math.round,
  any: (x: number) => Number(x.toPrecision(6)),
};

const scaled = ({ from, to, values }: SearchIr, at: number): number => exact[values](from + at * (to - from));

function valueOf(ir: SearchIr, groups: readonly (readonly string[])[], point: Point): Value {
  if (!ir.perLayer) return scaled(ir, point[0] ?? 0);
  return perLayer(
    ir.from,
    groups.flatMap((paths, i) => paths.map((path) => [path, scaled(ir, point[i] ?? 0)] as const)),
  );
}

function valuesOf(
  ir: SearchIr,
  groups: readonly (readonly string[])[],
  point: Point,
): number | Record<string, number> {
  if (!ir.perLayer) return scaled(ir, point[0] ?? 0);
  return Object.fromEntries(groups.map((paths, i) => [paths.join(", "), scaled(ir, point[i] ?? 0)]));
}

/** A value as programs write it. */
function one(ir: SearchIr, at: number): string {
  const value = scaled(ir, at);
  return ir.values === "share" ? `${Number((100 * value).toFixed(2))}%` : String(value);
}

const shown = (ir: SearchIr, groups: readonly (readonly string[])[], point: Point): string =>
  groups
    .map((paths, i) => [...(ir.perLayer ? [paths.join(", ")] : []), one(ir, point[i] ?? 0)].join(" "))
    .join(", ");
