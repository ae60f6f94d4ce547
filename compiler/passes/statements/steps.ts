import type { Expr, Statement } from "../../../grammar/ast.js";
import { whyNotSavedAt } from "../../../core/ir/save-place.js";
import type { CallIr, StepIr } from "../../../core/ir/types.js";
import { lowerArguments } from "../clauses/call-arguments.js";
import { lowerCondition } from "../clauses/condition.js";
import { lowerSelection } from "../clauses/selection.js";
import { lowerKnown, lowerTyped, oneOf } from "../clauses/typed.js";
import { lowerPoint } from "../clauses/when.js";
import { reject, whole, type Lowered, type Place } from "../lowering.js";

const initializers: Readonly<Record<string, readonly string[]>> = {
  "glorot-uniform": [],
  "glorot-normal": [],
  "he-uniform": [],
  "he-normal": [],
  "lecun-uniform": [],
  "lecun-normal": [],
  orthogonal: ["gain"],
  zeros: [],
  ones: [],
  normal: ["stddev"],
  uniform: ["limit"],
  rescaled: ["gain"],
  isometric: ["rounds"],
  "signed-constant": [],
  shuffled: [],
};

export type Once = Extract<
  Statement,
  { kind: "rewind" | "recalibrate" | "reinitialize" | "shuffle" | "harden" | "load" | "require" | "save" }
>;
type OnceIr<K> = Lowered<Extract<StepIr, { readonly kind: K }>>;

/** `require`: what holds here, or the run ends with a failure. */
export function lowerRequire(
  statement: Extract<Once, { kind: "require" }>,
  place: Place,
): OnceIr<"require"> | null {
  return whole({ condition: lowerCondition(statement.condition, "`require`", place) });
}

/** What `recalibrate` measures on where nothing is said. */
const usualBatches = 20;

/** `recalibrate`: so many batches of the training data. */
export function lowerRecalibrate(
  { batches }: Extract<Once, { kind: "recalibrate" }>,
  place: Place,
): OnceIr<"recalibrate"> | null {
  if (batches === undefined) return { over: usualBatches };
  const over = lowerTyped(batches, ["number"], "a number of batches", place);
  if (over === null) return null;
  const { ir } = over;
  if (typeof ir === "number" && (ir < 1 || !Number.isInteger(ir)))
    return reject(place, "P3022", "batches are counted in whole numbers from 1", batches.span);
  return { over: ir };
}

/** `save`: a folder inside the output folder. */
export function lowerSave({ path }: Extract<Once, { kind: "save" }>, place: Place): OnceIr<"save"> | null {
  const why = whyNotSavedAt(path.value);
  if (why === null) return { path: path.value };
  return reject(place, "P3031", `this place ${why}`, path.span, {
    help: 'name a folder inside the output folder, as in `save "early"`',
  });
}

/** `reinitialize`: each layer's own initializer when none is written. */
export function lowerReinitialize(
  { selection, by }: Extract<Once, { kind: "reinitialize" }>,
  place: Place,
): OnceIr<"reinitialize"> | null {
  const layers = lowerSelection(selection, place);
  return layers && whole(layers, { by: by && lowerInitializer(by, place) });
}

/** `rewind`. Which phase an epoch or step belongs to is worked out once all phases are known. */
export function lowerRewind(
  { what: parts, to }: Extract<Once, { kind: "rewind" }>,
  place: Place,
): OnceIr<"rewind"> | null {
  const what: ("weights" | "rate" | "optimizer" | "masks" | "gates")[] = [];
  for (const { name, span } of parts) {
    if (name === "gates" && place.learned.length === 0)
      return reject(place, "P2040", "no masks are learned above", span, {
        help: "gates are trained by `learn masks on filters by hard-concrete strength …`; `slim` and `harden masks` end them",
      });
    if (what.includes(name)) return reject(place, "P3026", `\`${name}\` is named twice`, span);
    what.push(name);
  }
  if (to.kind === "mark") return { what, to: { mark: to.name.text } };
  if (to.kind !== "point") return { what, to: "start" };
  const point = lowerPoint(to.point, place);
  return point && { what, to: { phase: 0, point } };
}

function lowerInitializer(
  by: NonNullable<Extract<Statement, { kind: "reinitialize" }>["by"]>,
  place: Place,
): CallIr | null {
  const name = oneOf(by.name, Object.keys(initializers), "initializer", place);
  if (name === null) return null;
  const known = initializers[name] ?? [];
  const reader = (key: string) => (expr: Expr) =>
    lowerKnown(expr, { least: 0, above: true, plausible: 100 }, `\`${key}\``, place);
  const readers = Object.fromEntries(known.map((key) => [key, reader(key)]));
  const args = lowerArguments(name, by.args, readers, place);
  return args && (Object.keys(args).length === 0 ? name : { name, args });
}
