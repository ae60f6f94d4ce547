import { diagnostic } from "../diagnostics/create.js";
import type { Diagnostic } from "../diagnostics/diagnostic.js";
import { deadFlags, LiveCounts, type IsDead } from "./costs.js";
import { layerClass } from "./layers/index.js";
import { once } from "../tables.js";
import type { CallInfo, LayerInfo, Network } from "./types.js";

/** All axes of a network, each once. Worked out once: a network never changes. */
const axesOf = once((network: Network): readonly Int32Array[] => {
  const axes = new Set(network.layers.flatMap((layer) => ownAxes(layer)));
  for (const { ids } of network.tensors) if (ids !== null) axes.add(ids);
  return [...axes];
});

const ownAxes = ({ weights, sizes }: LayerInfo): readonly Int32Array[] =>
  [...weights.flatMap(({ bindings }) => bindings), ...sizes].map(({ ids }) => ids);

/** Paths of the layers that would be left with an axis of no channels, in network order. */
export function emptiedLayers(network: Network, dead: IsDead | LiveCounts): readonly string[] {
  const live = typeof dead === "function" ? new LiveCounts(deadFlags(network, dead)) : dead;
  if (!axesOf(network).some((ids) => live.isEmpty(ids))) return [];
  const paths = new Set<string>();
  for (const layer of network.layers)
    if (ownAxes(layer).some((ids) => live.isEmpty(ids))) paths.add(layer.path);
  for (const call of network.calls) {
    const path = network.layers[call.layer]?.path;
    if (path !== undefined && call.outputs.some((t) => live.isEmpty(network.tensors[t]?.ids ?? null)))
      paths.add(path);
  }
  return [...paths];
}

/** What becomes of a tensor: `void` has no channel left, `zero` is all zeros once the shifts behind it are gone. */
type State = "live" | "void" | "zero";

export interface Collapse {
  /** The dead, with all that dies as a consequence. */
  readonly isDead: IsDead;
  /** Variables that must be zero as a whole: the last shifts of branches that went. */
  readonly silenced: readonly string[];
  /** Calls that stay, by index, with the inputs that stay. */
  readonly kept: ReadonlyMap<number, readonly number[]>;
  /** Tensors that are another one now: a join that lost all inputs but one. */
  readonly aliases: ReadonlyMap<number, number>;
  readonly diagnostics: readonly Diagnostic[];
}

/**
 * Follows emptied layers to their consequences: what reads nothing gives nothing but its shift, an addition loses
 * that operand, what feeds only that is not needed. Error P4021 where zeros would have to be written out, or nothing
 * would be left between input and output.
 */
export function collapse(network: Network, isDead: IsDead): Collapse {
  const dead = new Set<number>();
  const now: IsDead = (id) => isDead(id) || dead.has(network.channels.find(id));
  for (;;) {
    const round = followOnce(network, now);
    const made = new Set([...round.kept.keys()].map((index) => network.calls[index]?.layer ?? -1));
    const alive = new Set<number>();
    network.channels.producer.forEach((layer, id) => {
      if (layer < 0 || made.has(layer)) alive.add(network.channels.find(id));
    });
    const fallen = network.units.filter((unit) => !now(unit.root) && !alive.has(unit.root));
    if (fallen.length === 0) return { ...round, isDead: now };
    for (const unit of fallen) dead.add(unit.root);
  }
}

function followOnce(network: Network, isDead: IsDead): Omit<Collapse, "isDead"> {
  const f = new Following(network, isDead);
  network.calls.forEach((call, index) => f.visit(call, index));
  const ends = network.outputs.map((t) => f.resolve(t));
  if (network.outputs.some((t) => f.stateOf(t) !== "live")) {
    f.fail("the output of the network", "nothing would be left between it and the input");
  }
  const stack = [...ends];
  const kept = new Map<number, readonly number[]>();
  for (let t = stack.pop(); t !== undefined; t = stack.pop()) {
    const index = f.producer.get(t);
    const inputs = index === undefined ? undefined : f.kept.get(index);
    if (index === undefined || !inputs || kept.has(index)) continue;
    kept.set(index, inputs);
    stack.push(...inputs);
  }
  const silenced = f.silencedKeys();
  return { silenced, kept, aliases: f.aliases, diagnostics: f.diagnostics };
}

class Following {
  readonly kept = new Map<number, readonly number[]>();
  readonly aliases = new Map<number, number>();
  readonly producer = new Map<number, number>();
  readonly diagnostics: Diagnostic[] = [];
  private readonly states = new Map<number, State>();
  /** Layers that must be silent, with the number of their silent calls. */
  private readonly silent = new Map<number, number>();

  constructor(
    private readonly network: Network,
    private readonly isDead: IsDead,
  ) {}

  stateOf(tensor: number): State {
    return this.states.get(this.resolve(tensor)) ?? "live";
  }

  resolve(tensor: number): number {
    return this.aliases.get(tensor) ?? tensor;
  }

  fail(what: string, why: string): void {
    if (this.diagnostics.length > 0) return;
    const help = "keep at least one filter or neuron of each layer before it";
    const message = `${what} cannot lose all that it reads`;
    this.diagnostics.push(diagnostic("P4021", message, null, { notes: [why], help }));
  }

  visit(call: CallInfo, index: number): void {
    const layer = this.network.layers[call.layer];
    if (!layer) return;
    const inputs = call.inputs.map((t) => this.resolve(t));
    const states = inputs.map((t) => this.stateOf(t));
    for (const t of call.outputs) this.producer.set(t, index);
    const everyVoid = call.outputs.every((t) => this.isVoid(t));
    if (everyVoid) return this.settle(call, "void");
    if (states.every((state) => state === "live")) return this.keep(index, inputs);
    const left = inputs.filter((_, i) => states[i] === "live");
    switch (layerClass(layer.className).combines) {
      case "sum":
        return this.join(call, index, left);
      case "list":
        if (states.includes("zero"))
          return this.problem(index, inputs, layer, "it would have to append zeros");
        return this.join(call, index, left);
      case "product":
        return this.settle(call, "zero");
      default:
        return this.single(call, index, inputs, layer, states);
    }
  }

  private single(
    call: CallInfo,
    index: number,
    inputs: readonly number[],
    layer: LayerInfo,
    states: readonly State[],
  ): void {
    const shifts = layerClass(layer.className).silence(layer.config);
    const allGone = states.every((state) => state !== "live");
    // What gives several, as attention its scores, gives some of them for zeros too.
    if (shifts === null || !allGone || call.outputs.length > 1) {
      return this.problem(
        index,
        inputs,
        layer,
        "without an input it would still give something other than zeros",
      );
    }
    if (shifts.length > 0) this.silent.set(call.layer, (this.silent.get(call.layer) ?? 0) + 1);
    this.settle(call, "zero");
  }

  /** An addition or concatenation that lost operands. */
  private join(call: CallInfo, index: number, left: readonly number[]): void {
    const [only] = left;
    const [out] = call.outputs;
    if (only === undefined) return this.settle(call, "zero");
    if (left.length > 1 || out === undefined) return this.keep(index, left);
    const layer = this.network.layers[call.layer];
    const alone = this.network.tensors[only]?.shape ?? [];
    const whole = this.network.tensors[out]?.shape ?? [];
    const compared =
      layer && layerClass(layer.className).combines === "list" ? whole.length - 1 : whole.length;
    if (alone.length === whole.length && alone.slice(1, compared).every((n, i) => n === whole[i + 1])) {
      this.aliases.set(out, only);
    } else if (layer) {
      this.problem(index, left, layer, "what is left would have to be spread over its output");
    }
  }

  private problem(index: number, inputs: readonly number[], layer: LayerInfo, why: string): void {
    this.fail(`\`${layer.path}\``, why);
    this.keep(index, inputs);
  }

  private keep(index: number, inputs: readonly number[]): void {
    this.kept.set(index, inputs);
  }

  private settle(call: CallInfo, state: State): void {
    for (const t of call.outputs) this.states.set(t, state);
  }

  private isVoid(tensor: number): boolean {
    const ids = this.network.tensors[tensor]?.ids;
    return ids !== null && ids !== undefined && ids.length > 0 && ids.every((id) => this.isDead(id));
  }

  /** Shifts of the silent layers; one that speaks at another call may not be silenced. */
  silencedKeys(): readonly string[] {
    const keys: string[] = [];
    for (const [index, calls] of this.silent) {
      const layer = this.network.layers[index];
      if (!layer) continue;
      if (calls < layer.uses) {
        this.fail(`\`${layer.path}\``, "it is shared, and used elsewhere too");
        continue;
      }
      const shifts = layerClass(layer.className).silence(layer.config) ?? [];
      for (const weight of layer.weights) if (shifts.includes(weight.name)) keys.push(weight.key);
    }
    return keys;
  }
}
