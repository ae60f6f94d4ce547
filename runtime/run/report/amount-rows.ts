import { counted } from "../../../core/ir/words.js";
import { countsOf, structureName } from "../../../core/events/record.js";
import { effectivelyDead } from "../../../core/masks/effective.js";
import { spaceOf } from "../../../core/units/spaces.js";
import { dead, type MaskState } from "../../../core/masks/state.js";
import type { AmountRow } from "../../report/types.js";
import { pruningContext } from "../host/engine.js";
import type { RecordedAmount } from "./run-record.js";
import type { Session } from "../host/session.js";

/**
 * Nominal, achieved, effective and physical amounts as the run ends, one row for each structure and set of layers that was pruned.
 * Achieved is what is dead, effective what is dead once consequences are followed, physical what `slim` took out.
 */
export function amountRows(session: Session): readonly AmountRow[] {
  const { amounts } = session.record;
  const followed = withConsequences(session);
  return amounts.map((amount) => {
    const space = spaceIn(session, amount, session.state);
    const { total, dead: achieved } = countsOf(space);
    const { dead: effective } = countsOf(spaceIn(session, amount, followed));
    const name = structureName(space);
    const { layers } = amount;
    const shared = amounts.some((other) => other !== amount && nameOf(session, other) === name);
    const where = layers.length === 1 ? (layers[0] ?? "") : counted(layers.length, "layers");
    return {
      structure: shared ? `${name} of ${where}` : name,
      total,
      nominal: amount.nominal,
      achieved,
      effective,
      physical: total - space.units,
    };
  });
}

const nameOf = (session: Session, amount: RecordedAmount): string =>
  structureName(spaceIn(session, amount, session.state));

function spaceIn(session: Session, amount: RecordedAmount, state: MaskState) {
  const { structure, joins, layers, named } = amount;
  const context = { ...pruningContext(session), state, layersOf: () => layers };
  return spaceOf(context, structure, { include: named ? [{ glob: "*" }] : [], exclude: [] }, joins);
}

/** The masks, with every channel dead that varies no more or that nothing needs. */
function withConsequences({ network, state }: Session): MaskState {
  const isDead = effectivelyDead(network, state);
  const channels = state.channels.slice();
  for (const unit of network.units)
    if (isDead(unit.root)) for (const channel of unit.channels) channels[channel] = dead;
  return { ...state, channels };
}
