import type { Ir } from "../../../core/ir/types.js";
import { gainOf } from "../../../core/schedule/alignment.js";
import type { SimulatedEvent } from "../dry-run.js";
import { isExact, rest } from "../estimate.js";
import { counted } from "../words.js";
import { distinct, statements, type Finding, type Lint } from "./finding.js";

/** Multiples that are less faster than this win little more than what is kept for them costs. */
const WORTH_A_WORD = 1.25;

/** Layers that are named, of those that are many. */
const NAMED = 2;

/** Counts that leave the multiples which the backend was measured to compute fastest. Masks alone change no count. */
export const misaligned: Lint = ({ ir, network, simulation, alignment }) => {
  if (network === null || alignment === null || gainOf(alignment) < WORTH_A_WORD) return [];
  if (!statements(ir.body).some(({ kind }) => kind === "slim")) return [];
  const { aligned, on } = alignment;
  const last = new Map<number, SimulatedEvent>();
  for (const event of simulation.events)
    if (event.statement.kind === "prune") last.set(event.statement.id, event);
  return [...last.values()].flatMap(({ statement, pools, deadOf }): readonly Finding[] => {
    if (statement.kind !== "prune" || statement.aligned % aligned === 0) return [];
    const off = pools.flatMap((pool, i) => {
      const left = rest(pool.total, deadOf[i] ?? 0);
      const leaves = pool.total % aligned === 0 && (!isExact(left) || left % aligned !== 0);
      if (pool.kind !== "channels" || !leaves) return [];
      return pool.layers.map((layer) => `\`${layer}\`${isExact(left) ? ` (${left})` : ""}`);
    });
    if (off.length === 0) return [];
    const named = off.slice(0, NAMED).join(", ") + (off.length > NAMED ? ", …" : "");
    return [
      {
        code: "P3066",
        id: statement.id,
        message: `${counted(off.length, "layers")} may end with counts that are no multiples of ${aligned}: ${named}`,
        notes: [
          `measured here: ${on} computes multiples of ${aligned} ${gainOf(alignment).toFixed(1)} times as fast as odd counts`,
        ],
        help: `write \`aligned to auto\` or \`aligned to ${aligned}\``,
      },
    ];
  });
};

/** A multiple that is left to a measurement which nobody has made. */
export const unknownAlignment = ({ body }: Ir): readonly Finding[] =>
  distinct(statements(body)).flatMap((one): readonly Finding[] =>
    one.kind === "prune" && one.align !== undefined
      ? [
          {
            code: "P3066",
            id: one.id,
            message: "`aligned to auto` is not known here, so that the counts are not planned",
            help: "run `espalier doctor` on the machine it will run on, or write the multiple: `aligned to 8`",
          },
        ]
      : [],
  );
