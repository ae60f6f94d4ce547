import { candidateLayers, isCandidate, type StructureName } from "../../compiler/ir/candidates.js";
import { evaluate } from "../../compiler/ir/evaluate.js";
import type { PatternIr, SelectionIr } from "../../compiler/ir/types.js";
import { costs } from "../../compiler/network/costs.js";
import type { LayerInfo, Network } from "../../compiler/network/types.js";
import { runError } from "./codes.js";

/**
 * Paths of the layers that a selection means, in network order. `structure` null means every layer that has weights
 * (`reinitialize`, `load`). @throws DiagnosticError P7010 when a pattern names no layer at all.
 */
export function selectLayers(
  network: Network,
  selection: SelectionIr,
  structure: StructureName | null,
): readonly string[] {
  if (selection.layers) return known(network, selection.layers);
  const explicit = selection.include.length > 0;
  const automatic = new Set(structure === null ? [] : candidateLayers(network, structure));
  const candidate = (index: number): boolean => {
    if (structure === null) return (network.layers[index]?.weights.length ?? 0) > 0;
    return explicit ? isCandidate(network, index, structure, true) : automatic.has(index);
  };
  const matchers = selection.include.map((pattern) => matcher(network, pattern));
  const excluded = selection.exclude.map((pattern) => matcher(network, pattern));
  return network.layers.flatMap((layer, index) => {
    if (!candidate(index)) return [];
    if (explicit && !matchers.some((matches) => matches(layer))) return [];
    if (excluded.some((matches) => matches(layer))) return [];
    return holdsFor(network, index, selection) ? [layer.path] : [];
  });
}

/** A loop compiled for one network must not quietly prune nothing of another; single layers may be gone through `allowing collapse`. */
function known(network: Network, layers: readonly string[]): readonly string[] {
  const present = new Set(network.layers.map(({ path }) => path));
  if (layers.length === 0 || layers.some((path) => present.has(path))) return layers;
  throw runError("P7010", `\`${network.name}\` has none of the layers this loop was compiled for`, {
    notes: [
      `it prunes ${layers
        .slice(0, 3)
        .map((path) => `\`${path}\``)
        .join(", ")}${layers.length > 3 ? ", …" : ""}`,
    ],
    help: "compile the program for this network",
  });
}

type Matcher = (layer: LayerInfo) => boolean;

function matcher(network: Network, pattern: PatternIr): Matcher {
  const matches = matcherOf(network, pattern);
  if (!network.layers.some(matches))
    throw runError("P7010", `no layer of \`${network.name}\` matches ${written(pattern)}`, {
      notes: [
        `its layers are ${network.layers
          .slice(0, 12)
          .map(({ path }) => `\`${path}\``)
          .join(", ")}…`,
      ],
    });
  return matches;
}

const written = (pattern: PatternIr): string =>
  "glob" in pattern ? `\`${pattern.glob}\`` : JSON.stringify(pattern);

function matcherOf(network: Network, pattern: PatternIr): Matcher {
  if ("glob" in pattern) {
    const { glob } = pattern;
    return ({ path, name }) => matchesGlob(glob, path) || matchesGlob(glob, name);
  }
  if ("range" in pattern) {
    const [from, to] = pattern.range;
    return ({ ordinal }) => ordinal >= Math.max(1, from) && ordinal <= to;
  }
  if ("place" in pattern) {
    const last = Math.max(0, ...network.layers.map(({ ordinal }) => ordinal));
    const wanted = pattern.place === "first" ? 1 : last;
    return ({ ordinal }) => ordinal > 0 && ordinal === wanted;
  }
  if ("layer" in pattern) return ({ path }) => path === pattern.layer;
  // The variable of a `for each` has become a path by the time a loop runs.
  return ({ path }) => path === pattern.variable;
}

/** `*` stands for any run of characters, everything else for itself. Linear in the text: no backtracking over many stars. */
export function matchesGlob(glob: string, text: string): boolean {
  let [g, t, star, mark] = [0, 0, -1, 0];
  while (t < text.length) {
    if (glob[g] === "*") {
      star = g++;
      mark = t;
    } else if (glob[g] === text[t]) {
      g++;
      t++;
    } else if (star >= 0) {
      g = star + 1;
      t = ++mark;
    } else return false;
  }
  while (glob[g] === "*") g++;
  return g === glob.length;
}

function holdsFor(network: Network, index: number, { where }: SelectionIr): boolean {
  if (where === undefined) return true;
  const layer = network.layers[index];
  if (layer === undefined) return false;
  const cost = costs(network).perLayer.find((one) => one.layer === index);
  const names = new Map<string, number | string>([
    ["kind", layer.className.toLowerCase()],
    ["name", layer.name],
    ["params", cost?.params ?? 0],
    ["macs", cost?.macs ?? 0],
    ["units", network.units.filter(({ producers }) => producers.includes(index)).length],
  ]);
  return evaluate(where, names) === 1;
}
