import { isChannelwise, unitsRead } from "../../compiler/ir/candidates.js";
import type { StructureIr } from "../../compiler/ir/types.js";
import type { LayerInfo, Unit, WeightInfo } from "../../compiler/network/types.js";
import type { AmountRow } from "../report/types.js";
import { kernelDensity } from "./kernel-density.js";
import type { RecordedAmount } from "./run-record.js";
import type { Session } from "./session.js";

/** Nominal, achieved, effective and physical amounts, one row for each structure and set of layers that was pruned. */
export function amountRows(session: Session): readonly AmountRow[] {
  const { amounts } = session.record;
  return amounts.map((amount) => {
    const { structure, layers, total, nominal, achieved } = amount;
    const shared = amounts.some((other) => other !== amount && other.structure === structure);
    const name = shared
      ? `${structure} of ${layers.length === 1 ? layers[0] : `${layers.length} layers`}`
      : structure;
    return { structure: name, total, nominal, achieved, ...consequences(session, amount) };
  });
}

function consequences(session: Session, amount: RecordedAmount): Pick<AmountRow, "effective" | "physical"> {
  if (isChannelStructure(amount.structure)) return ofUnits(session, amount);
  if (amount.structure === "weights") return ofWeights(session, amount);
  // Kernels, taps, blocks and the like leave zeros where they were: nothing else follows from them.
  return { effective: amount.achieved, physical: 0 };
}

const channelStructures = ["filters", "channels", "neurons", "units"] as const;
const isChannelStructure = (name: string): boolean =>
  channelStructures.some((one: StructureIr["name"]) => one === name && isChannelwise(one));

/** A unit is effectively dead when nothing makes it or nothing reads it any more; physically, when `slim` took it out. */
function ofUnits(
  session: Session,
  { structure, layers }: RecordedAmount,
): Pick<AmountRow, "effective" | "physical"> {
  const { loaded, network } = session;
  const inScope = new Set(layers);
  const there = new Set(network.units.map(({ root }) => root));
  const busy = busyChannels(session);
  let [effective, physical] = [0, 0];
  for (const unit of unitsOf(session, structure, inScope)) {
    if (!there.has(unit.root)) physical++;
    if (
      !unit.channels.some((channel) => busy.made.has(channel)) ||
      !unit.channels.some((channel) => busy.read.has(channel))
    )
      effective++;
  }
  return { effective: loaded.units.length > 0 ? effective : 0, physical };
}

function unitsOf({ loaded }: Session, structure: string, inScope: ReadonlySet<string>): readonly Unit[] {
  if (structure !== "channels")
    return loaded.units.filter(({ producers }) =>
      producers.some((i) => inScope.has(loaded.layers[i]?.path ?? "")),
    );
  const roots = new Set(
    loaded.layers.filter(({ path }) => inScope.has(path)).flatMap((layer) => [...unitsRead(loaded, layer)]),
  );
  return loaded.units.filter(({ root }) => roots.has(root));
}

/** Channels that some kernel weight other than zero makes, and those that one reads. */
function busyChannels({ network, parameters }: Session): {
  readonly made: Set<number>;
  readonly read: Set<number>;
} {
  const made = new Set<number>();
  const read = new Set<number>();
  for (const weight of network.layers.flatMap((layer) => kernelsOf(layer))) {
    const data = parameters.get(weight.key)?.data;
    if (data === undefined) continue;
    for (const { axis, ids, role } of weight.bindings) {
      const into = role === "in" ? read : made;
      const inner = weight.shape.slice(axis + 1).reduce((product, n) => product * n, 1);
      for (let i = 0; i < data.length; i++)
        if (data[i] !== 0) into.add(ids[Math.floor(i / inner) % ids.length] ?? -1);
    }
  }
  return { made, read };
}

const kernelsOf = (layer: LayerInfo): readonly WeightInfo[] =>
  layer.weights.filter(({ name, bindings }) => name.endsWith("kernel") && bindings.length > 0);

function ofWeights(
  session: Session,
  { layers, total }: RecordedAmount,
): Pick<AmountRow, "effective" | "physical"> {
  const inScope = new Set(layers);
  let [left, held] = [0, 0];
  for (const layer of session.network.layers) {
    if (!inScope.has(layer.path)) continue;
    const { all, nonzero } = kernelDensity(layer, session.parameters);
    left += nonzero;
    held += all;
  }
  return { effective: Math.max(0, total - left), physical: Math.max(0, total - held) };
}
