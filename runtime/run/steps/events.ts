import { countingOf, thresholdOf } from "../../../core/ir/amounts.js";
import { structureKind } from "../../../core/ir/structure.js";
import type { PruneIr } from "../../../core/ir/types.js";
import { DiagnosticError } from "../../../core/diagnostics/diagnostic.js";
import type { Moment } from "../../../core/events/context.js";
import { prune as pruneEvent } from "../../../core/events/prune.js";
import type { EventRecord } from "../../../core/events/record.js";
import { regrow as regrowEvent } from "../../../core/events/regrow.js";
import { restore as restoreEvent } from "../../../core/events/restore.js";
import type { EventOf } from "../../../core/events/scoring.js";
import { namesIn } from "../../../core/expr/names.js";
import { layerValues } from "../../../core/expr/per-layer.js";
import { settle } from "../../../core/masks/hold.js";
import { dead } from "../../../core/masks/state.js";
import { collapse, emptiedLayers } from "../../../core/network/collapse.js";
import { groupsOf } from "../../../core/units/groups.js";
import { spaceOf } from "../../../core/units/spaces.js";
import { alignmentNote } from "../../../core/schedule/alignment.js";
import { pruneIr, regrowIr, restoreIr } from "../../statements.js";
import type { ScoringContext } from "../../scores/gather.js";
import type { PruneSpec, RegrowSpec, RestoreSpec } from "../../helpers.js";
import { compensate, compensatedNotes, rememberBefore } from "../../compensate/compensate.js";
import { momentOf, pruningContext } from "../host/engine.js";
import type { Session } from "../host/session.js";
import { countedUnits, grouped, logNote, noteAmount } from "../report/log.js";
import { timeLayers } from "../report/latency.js";
import { cutting } from "./first-cut.js";
import { act } from "./rehearsal.js";
import { selectLayers } from "./select-layers.js";
import type { Told } from "./step.js";

export async function prune(session: Session, id: number, spec: PruneSpec): Promise<Told> {
  const ir = await aligning(session, pruneIr(id, spec, session.options));
  if (ir.budget?.some(({ measure }) => measure === "latency")) await timeLayers(session);
  const { regrow: paired, structure, joins } = ir;
  if (paired && namesIn(paired.by.expr).includes("m")) session.keepsMomentum = true;
  noteGroups(session, ir);
  const act = () => pruneAndCompensate(session, id, ir);
  const { record, made } = await cutting(session, act, ({ record: { achieved } }) => achieved > 0);
  if (paired) session.phase?.training.clear(paired.id);
  // A layer goes as a branch: nothing but what it stands for is emptied.
  if (ir.collapse || structure === "layers") collapseEmptied(session);
  const moment = momentOf(session, id);
  noteAmount(session.record, {
    structure,
    joins,
    layers: selectLayers(session.loaded, ir, structureKind(structure)),
    named: ir.in !== undefined,
    nominal: nominalDead(ir, moment, record),
    ...(ir.budget && {
      budget: ir.budget.map((limit) => ({ ...limit, value: moment.value(limit.value, "value") })),
    }),
  });
  const { achieved, nominal, revived } = record;
  const asked = nominal === achieved ? "" : ` (asked for ${grouped(nominal)})`;
  const multiple = ir.align === undefined ? "" : `, aligned to ${ir.aligned}`;
  const regrown = revived > 0 ? `, regrew ${grouped(revived)}` : "";
  // No candidate at all is hardly what was meant: a layer that nothing leads round, or joins that are all skipped.
  const statement = ir.text === "" ? "a statement" : `\`${ir.text}\``;
  const nothing = `${statement} found no ${structureKind(structure)} that it may take`;
  return {
    text: `dropped ${countedUnits(achieved, record.structure)}${asked}${regrown}${multiple}: ${deadOf(record)}`,
    notes: [...(record.total === 0 ? [nothing] : []), ...record.notes, ...made],
  };
}

/** An event, and what the weights that stay make up for; remarks about that. */
async function pruneAndCompensate(
  session: Session,
  id: number,
  ir: PruneIr,
): Promise<{ readonly record: EventRecord; readonly made: readonly string[] }> {
  const { compensating } = ir;
  const prune = () => carryOut(session, id, (context, moment) => pruneEvent(context, ir, moment));
  if (compensating === undefined) return { record: await prune(), made: [] };
  const context = pruningContext(session);
  const before = rememberBefore(context);
  const record = await prune();
  if (record.achieved === 0) return { record, made: [] };
  const moment = momentOf(session, id);
  const refit = () => compensate(context, compensating, before, moment);
  if (session.rehearsal === null) return { record, made: compensatedNotes(await refit()) };
  session.rehearsal.refit = refit;
  return { record, made: [] };
}

/** Which layers share their units, for a search that chooses a value for each. */
function noteGroups(session: Session, ir: PruneIr): void {
  if (session.rehearsal === null || layerValues(countingOf(ir)?.value) === null) return;
  const space = spaceOf(pruningContext(session), ir.structure, ir, ir.joins);
  const groups = groupsOf(space, "local").filter(({ total }) => total > 0);
  session.rehearsal.groups.push(...groups.map(({ name }) => name.split(", ")));
}

/** With the multiple in place of `auto`: that of the run, which a checkpoint keeps, else what this backend is fastest at. */
async function aligning(session: Session, ir: PruneIr): Promise<PruneIr> {
  if (ir.align === undefined) return ir;
  if (session.aligned === null) {
    const found = await session.host.alignmentOf(session.backend);
    session.aligned = found.aligned;
    logNote(session, alignmentNote(found));
  }
  return { ...ir, aligned: session.aligned };
}

/** A `regrow` that stands alone. */
export async function regrow(session: Session, id: number, spec: RegrowSpec): Promise<Told> {
  const ir = regrowIr(id, spec, session.options);
  if (namesIn(ir.by.expr).includes("m")) session.keepsMomentum = true;
  const record = await carryOut(session, id, (context, moment) => regrowEvent(context, ir, moment));
  const { revived, structure, notes } = record;
  return { text: `regrew ${countedUnits(revived, structure)}: ${deadOf(record)}`, notes };
}

/** Revives latently dead units whose weight underneath grew back. */
export async function restore(session: Session, id: number, spec: RestoreSpec): Promise<Told> {
  const ir = restoreIr(id, spec, session.options);
  const record = await carryOut(session, id, (context, moment) => restoreEvent(context, ir, moment));
  const { revived, structure, notes } = record;
  return { text: `restored ${countedUnits(revived, structure)}: ${deadOf(record)}`, notes };
}

const deadOf = ({ dead, total }: EventRecord): string => `${grouped(dead)} of ${grouped(total)} dead`;

/** An event of the engine, now; what its scores summed over training starts over. */
async function carryOut(
  session: Session,
  id: number,
  event: (context: ScoringContext, moment: Moment) => EventOf<EventRecord>,
): Promise<EventRecord> {
  const context = pruningContext(session);
  const record = await act(session, context, event(context, momentOf(session, id)));
  session.phase?.training.clear(id);
  return record;
}

/**
 * After an event that may empty a branch: the last shifts of branches that went fall silent, so that the masked network is
 * what `slim` will leave. @throws DiagnosticError P4021 where a branch cannot go whole
 */
function collapseEmptied(session: Session): void {
  session.collapses = true;
  const { network, state } = session;
  const isDead = (channel: number): boolean => state.channels[channel] === dead;
  if (emptiedLayers(network, isDead).length === 0) return;
  const { diagnostics } = collapse(network, isDead);
  if (diagnostics.length > 0) throw new DiagnosticError(diagnostics);
  settle(session);
}

/** How many the statement asks to be dead after this event; null where it names no number. */
function nominalDead(
  ir: PruneIr,
  moment: Moment,
  { total, dead: left, achieved, nominal }: EventRecord,
): number | null {
  // Elsewhere every group rounds its own share.
  if (ir.to !== undefined && ir.scope === "global")
    return Math.round(moment.value(ir.to, "share-dead") * total);
  if (thresholdOf(ir) !== null || ir.budget !== undefined) return null;
  // What a last event would have regrown, it left alone: the count is as asked.
  return ir.regrow && !moment.trainingFollows ? left : left - achieved + nominal;
}
