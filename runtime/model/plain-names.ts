import { isObject } from "../../core/network/json.js";
import type { LiveParts } from "./live.js";

/**
 * tfjs-layers numbers unnamed layers by a counter of the process: the same module gives `conv2d_Conv2D1` the first time and
 * `conv2d_Conv2D9` the second. Layers that nobody named are renamed by their order in the model, as Keras does (`conv2d_1`, `conv2d_2`,
 * …), so that a program means the same layers each time a module makes its network.
 */
export function withPlainNames({ topology, weights, ...rest }: LiveParts): LiveParts {
  const names = new Map<string, string>();
  const taken = new Set<string>();
  const found: { readonly name: string; readonly stem: string | null }[] = [];
  visitLayers(topology, (name, className) => found.push({ name, stem: stemOf(name, className) }));
  for (const { name, stem } of found) if (stem === null) taken.add(name);
  const counts = new Map<string, number>();
  for (const { name, stem } of found) {
    if (stem === null || names.has(name)) continue;
    let plain = name;
    do {
      const count = (counts.get(stem) ?? 0) + 1;
      counts.set(stem, count);
      plain = `${stem}_${count}`;
    } while (taken.has(plain));
    taken.add(plain);
    names.set(name, plain);
  }
  const rename = (name: string) => names.get(name) ?? name;
  return {
    ...rest,
    topology: renamed(topology, rename),
    weights: weights.map((weight) => ({ ...weight, name: weight.name.split("/").map(rename).join("/") })),
  };
}

/** What an automatic name starts with ("conv2d" of `conv2d_Conv2D3`, "input" of `input1`), or null for a name somebody gave. */
function stemOf(name: string, className: string): string | null {
  if (className === "InputLayer") return /^input_?\d+$/.test(name) ? "input" : null;
  const marked = new RegExp(`^([a-z0-9_]+?)_${className.replace(/\W/g, "")}\\d+$`).exec(name);
  return marked?.[1] ?? null;
}

function visitLayers(model: unknown, visit: (name: string, className: string) => void): void {
  if (!isObject(model) || !isObject(model["config"]) || !Array.isArray(model["config"]["layers"])) return;
  for (const layer of model["config"]["layers"]) {
    if (!isObject(layer)) continue;
    const config = isObject(layer["config"]) ? layer["config"] : {};
    const name = layer["name"] ?? config["name"];
    const className = layer["class_name"];
    if (typeof name === "string" && typeof className === "string") visit(name, className);
    visitLayers(layer, visit);
  }
}

/** The names of layers stand under `name`, and first in references: `[name, node, tensor, …]`. */
function renamed(value: unknown, rename: (name: string) => string): unknown {
  if (Array.isArray(value)) {
    const [first, node, tensor] = value;
    const reference = typeof first === "string" && typeof node === "number" && typeof tensor === "number";
    return value.map((item, i) => (reference && i === 0 ? rename(first) : renamed(item, rename)));
  }
  if (!isObject(value)) return value;
  return Object.fromEntries(
    Object.entries(value).map(([key, item]) => [
      key,
      key === "name" && typeof item === "string" ? rename(item) : renamed(item, rename),
    ]),
  );
}
