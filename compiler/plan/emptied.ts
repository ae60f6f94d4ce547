import { collapse } from "../../core/network/collapse.js";
import type { Diagnostic } from "../../core/diagnostics/diagnostic.js";
import type { Network } from "../../core/network/types.js";
import { isBranchPool, isChannelPool, isCosted } from "./pools.js";
import { deadOf, type State } from "./state.js";
import type { Pool } from "./world.js";

/** Units of a pool of which up to `high` may be dead, it is not known which. */
interface Unsure {
  readonly roots: ReadonlySet<number>;
  readonly high: number;
}

/**
 * Why what is emptied in this state cannot go whole: what `slim` and the run say, from the same function. Undefined where it can,
 * and where only scores tell: more deaths may mend it as well as break it, unless nothing leads from input to output any more.
 */
export function cannotCollapse(
  network: Network,
  pools: readonly Pool[],
  state: State,
  open: ReadonlySet<string> = new Set(),
): Diagnostic | undefined {
  const { certain, unsure } = sureAndUnsure(pools, state, open);
  if (certain.size === 0) return undefined;
  if (!isSettled(network, certain, apart(unsure, certain)) && !isCut(network, certain)) return undefined;
  return collapse(network, (channel) => certain.has(network.channels.find(channel))).diagnostics[0];
}

/** As `cannotCollapse` where constants may be taken up by what reads them before: only a network cut in two is beyond help. */
export function cutInTwo(
  network: Network,
  pools: readonly Pool[],
  state: State,
  open: ReadonlySet<string> = new Set(),
): Diagnostic | undefined {
  const { certain } = sureAndUnsure(pools, state, open);
  if (certain.size === 0 || !isCut(network, certain)) return undefined;
  return collapse(network, (channel) => certain.has(network.channels.find(channel))).diagnostics[0];
}

interface Loose {
  readonly roots: readonly number[];
  readonly high: number;
}

/** Units that are dead in any case, and the pools that lost some. `open` are the keys of pools whose deaths are not final. */
function sureAndUnsure(
  pools: readonly Pool[],
  state: State,
  open: ReadonlySet<string>,
): { readonly certain: ReadonlySet<number>; readonly unsure: readonly Loose[] } {
  const certain = new Set<number>();
  const unsure: Loose[] = [];
  for (const pool of pools.filter(isCosted)) {
    const [low, high] = deadOf(state, pool);
    const roots = isBranchPool(pool) ? pool.roots : pool.units.map(({ root }) => root);
    const isOpen = open.has(pool.key);
    if (low === pool.total && !isOpen) for (const root of roots) certain.add(root);
    else if (high > 0) unsure.push({ roots, high: isChannelPool(pool) && !isOpen ? high : Infinity });
  }
  return { certain, unsure };
}

/** Whether some output hangs on nothing that comes from an input. */
function isCut(network: Network, certain: ReadonlySet<number>): boolean {
  const fed = new Set(network.inputs);
  const isVoid = (tensor: number): boolean => {
    const ids = network.tensors[tensor]?.ids ?? [];
    return ids.length > 0 && ids.every((id) => certain.has(network.channels.find(id)));
  };
  for (const { inputs, outputs } of network.calls)
    if (inputs.some((tensor) => fed.has(tensor)))
      for (const tensor of outputs) if (!isVoid(tensor)) fed.add(tensor);
  return network.outputs.some((tensor) => !fed.has(tensor));
}

/** Pools without what is certainly dead; where they share units, any number of them may be dead. */
function apart(pools: readonly Loose[], certain: ReadonlySet<number>): readonly Unsure[] {
  const seen = new Map<number, number>();
  for (const { roots } of pools) for (const root of roots) seen.set(root, (seen.get(root) ?? 0) + 1);
  return pools.map(({ roots, high }) => ({
    roots: new Set(roots.filter((root) => !certain.has(root))),
    high: roots.some((root) => (seen.get(root) ?? 0) > 1) ? Infinity : high,
  }));
}

/** Whether it is known of every tensor if anything of it is left, all that follows from certain deaths included. */
function isSettled(network: Network, certain: ReadonlySet<number>, unsure: readonly Unsure[]): boolean {
  if (unsure.length === 0) return true;
  const removable = new Set(network.units.map(({ root }) => root));
  return network.tensors.every(({ ids }) => {
    if (ids === null) return true;
    const roots = new Set([...ids].map((id) => network.channels.find(id)));
    const stays = [...roots].some((root) => !removable.has(root) && !certain.has(root));
    return stays || unsure.every((pool) => !mayBeAllGone(roots, pool));
  });
}

function mayBeAllGone(roots: ReadonlySet<number>, pool: Unsure): boolean {
  let inside = 0;
  for (const root of roots) if (pool.roots.has(root)) inside++;
  return inside > 0 && inside <= pool.high;
}
