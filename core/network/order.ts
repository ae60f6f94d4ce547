import { raise } from "../diagnostics/create.js";
import { quote } from "../diagnostics/quote.js";
import { addTo, entryOf } from "../tables.js";
import type { LayerSpec, ModelSpec } from "./spec.js";

/** One call in the order of execution. */
export interface Task {
  readonly layer: LayerSpec;
  readonly node: number;
}

/**
 * The calls that some output needs, each after those it reads (Kahn's order over calls, first come first served).
 * Input layers of functional models are not calls. Cycles are refused.
 */
export function needed(model: ModelSpec): readonly Task[] {
  if (model.kind === "sequential") return model.layers.map((layer) => ({ layer, node: 0 }));
  const reached = reach(model);
  const waiting = new Map<LayerSpec, Map<number, Pending[]>>();
  const queue: Pending[] = [];
  let total = 0;
  for (const layer of model.layers) {
    const nodes = reached.get(layer);
    if (!nodes || layer.className === "InputLayer") continue;
    for (const node of [...nodes].sort((a, b) => a - b)) {
      total++;
      enqueue({ layer, node, missing: 0 }, waiting, queue);
    }
  }
  for (const done of queue) {
    for (const pending of waiting.get(done.layer)?.get(done.node) ?? [])
      if (--pending.missing === 0) queue.push(pending);
  }
  if (queue.length < total) refuseCycle(model, reached, queue);
  return queue.map((p) => ({ layer: p.layer, node: p.node }));
}

interface Pending {
  readonly layer: LayerSpec;
  readonly node: number;
  missing: number;
}

function enqueue(pending: Pending, waiting: Map<LayerSpec, Map<number, Pending[]>>, queue: Pending[]): void {
  const seen = new Set<string>();
  for (const ref of pending.layer.nodes[pending.node]?.inputs ?? []) {
    if (ref.layer.className === "InputLayer") continue;
    const key = `${ref.node}\0${ref.layer.path}`;
    if (seen.has(key)) continue;
    seen.add(key);
    pending.missing++;
    addTo(
      entryOf(waiting, ref.layer, () => new Map<number, Pending[]>()),
      ref.node,
      pending,
    );
  }
  if (pending.missing === 0) queue.push(pending);
}

/** Calls from which an output can be reached. */
function reach(model: ModelSpec): Map<LayerSpec, Set<number>> {
  const reached = new Map<LayerSpec, Set<number>>();
  const stack = [...model.outputs];
  for (let ref = stack.pop(); ref; ref = stack.pop()) {
    const nodes = entryOf(reached, ref.layer, () => new Set<number>());
    if (nodes.has(ref.node)) continue;
    nodes.add(ref.node);
    for (const input of ref.layer.nodes[ref.node]?.inputs ?? []) stack.push(input);
  }
  return reached;
}

function refuseCycle(
  model: ModelSpec,
  reached: Map<LayerSpec, Set<number>>,
  queue: readonly Pending[],
): never {
  const done = new Set(queue.map((p) => `${p.node}\0${p.layer.path}`));
  const stuck = [...reached].flatMap(([layer, nodes]) =>
    layer.className !== "InputLayer" && [...nodes].some((node) => !done.has(`${node}\0${layer.path}`))
      ? [layer]
      : [],
  );
  const names = stuck.slice(0, 3).map((layer) => quote(layer.path));
  return raise("P5005", `the layers of ${quote(model.name)} run in a circle`, {
    notes: [
      `${names.join(", ")}${stuck.length > 3 ? ` and ${stuck.length - 3} more` : ""} wait for each other`,
    ],
  });
}
