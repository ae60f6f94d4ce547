import { readFile, stat } from "node:fs/promises";
import { basename, dirname, join, resolve } from "node:path";
import { diagnostic, raise } from "../../core/diagnostics/create.js";
import type { Diagnostic } from "../../core/diagnostics/diagnostic.js";
import { counted } from "../../core/ir/words.js";
import { dead, frozen, living, type HeldMasks } from "../../core/masks/state.js";
import type { Network } from "../../core/network/types.js";
import { reasonOf } from "../reason.js";
import { DamagedTensors, decodeTensors } from "./safetensors.js";
import { TensorReader } from "./tensors.js";

export const masksFile = "masks.safetensors";

/** Nobody's masks are larger; the file is not read then. */
const largest = 2 ** 31;

/** @throws DiagnosticError P7008 */
export async function readMasks(
  file: string,
  help = "name the output directory of a run",
): Promise<TensorReader> {
  try {
    if ((await stat(file)).size > largest) throw new DamagedTensors("it is too large");
    return new TensorReader(decodeTensors(await readFile(file)));
  } catch (cause) {
    raise("P7008", `the masks cannot be read from \`${file}\``, { notes: [reasonOf(cause)], help });
  }
}

/**
 * The masks that lie beside a network's `model.json`, as far as they are of it: what was dead stays so. What was frozen stands at its
 * initial value, which no mask holds. Null where there are none, or nothing of them is dead.
 * @throws DiagnosticError P7008 for a file that cannot be read
 */
export async function masksBeside(source: unknown, network: Network): Promise<HeldMasks | null> {
  if (typeof source !== "string" || /\.[cm]?js$/.test(source)) return null;
  const path = resolve(source);
  const file = join(basename(path).endsWith(".json") ? dirname(path) : path, masksFile);
  if ((await stat(file).catch(() => null)) === null) return null;
  const masks = await readMasks(file, "move it away, or let it be by `--no-masks`");
  const isHeld = (code: number | undefined): boolean =>
    code !== undefined && code !== living && code !== frozen;
  const sizes = new Map(
    network.layers.flatMap(({ weights }) =>
      weights.map(({ key, shape }) => [key, shape.reduce((a, b) => a * b, 1)] as const),
    ),
  );
  const elements = new Map<string, Uint8Array>();
  for (const [key, codes] of masks.bytes("elements|"))
    if (sizes.get(key) === codes.length && codes.some(isHeld))
      elements.set(
        key,
        codes.map((code) => (isHeld(code) ? dead : living)),
      );
  const channels = new Uint8Array(network.channels.count);
  const saved = masks.bytes("channels|").get("");
  // Those of a network that was slimmed count its channels before.
  if (saved?.length === channels.length)
    for (const unit of network.units)
      if (isHeld(saved[unit.root])) for (const channel of unit.channels) channels[channel] = dead;
  return elements.size === 0 && !channels.includes(dead) ? null : { channels, elements };
}

/** How many single weights, and how many units, masks hold at zero. */
export function heldBy({ channels, elements }: HeldMasks, { units }: Network) {
  const deadIn = (codes: Uint8Array): number => codes.reduce((sum, code) => sum + (code === dead ? 1 : 0), 0);
  return {
    weights: [...elements.values()].reduce((sum, codes) => sum + deadIn(codes), 0),
    units: units.filter(({ root }) => channels[root] === dead).length,
  };
}

/** What the user should know of them. */
export function heldNote({ weights, units }: ReturnType<typeof heldBy>): Diagnostic {
  const what = [
    ...(weights > 0 ? [counted(weights, "weights")] : []),
    ...(units > 0 ? [counted(units, "units")] : []),
  ];
  return diagnostic(
    "P7016",
    `${what.join(" and ")} stay zero by the \`${masksFile}\` beside the network`,
    null,
    {
      help: "`--no-masks` lets them train",
    },
  );
}
