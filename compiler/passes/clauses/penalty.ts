import type { Span } from "../../../core/diagnostics/diagnostic.js";
import { argumentsOf } from "../../../core/expr/needs.js";
import type { ExprIr, Need } from "../../../core/ir/types.js";
import { reject, type Place } from "../lowering.js";

const fromGradients: readonly Need[] = ["g", "g2", "h", "hg"];
const unread: readonly Need[] = ["x", "ga"];
/** What a penalty may pull on; one penalty pulls on one of them. */
const kinds = {
  weights: ["w", "dw"],
  norms: ["gamma", "beta"],
  activations: ["a"],
} as const;
type Kind = keyof typeof kinds;
/** What stands for weights and means nothing beside the others. */
const ofWeights = ["w0", "m", "size", "fan-in", "random"];
const steps: ReadonlySet<string> = new Set(["<", "<=", ">", ">=", "=", "!=", "and", "or", "not", "sign"]);

/** Whether a penalty can pull on something: it has a slope that a step of training can follow. */
export function canPull(
  ir: ExprIr,
  needs: readonly Need[],
  structure: string,
  span: Span,
  place: Place,
): boolean {
  const second = needs.find((need) => fromGradients.includes(need));
  if (second !== undefined) {
    reject(
      place,
      "P8005",
      `the slope of \`${second}\` is a second derivative, which is not available yet`,
      span,
    );
    return false;
  }
  const read =
    needs.find((need) => unread.includes(need)) ??
    (structure === "channels" ? mentioned(ir, kinds.activations) : undefined);
  if (read !== undefined) {
    reject(
      place,
      "P8010",
      `penalties over what a layer reads, or over gradients of activations, are not available yet`,
      span,
      {
        help: "penalize the activations of the layer that makes them: `penalize filters by mean(abs(a))`",
      },
    );
    return false;
  }
  const all: readonly Kind[] = ["weights", "norms", "activations"];
  const [kind] = all.filter((one) => slopes(ir, kinds[one]));
  if (kind === undefined) {
    reject(place, "P2034", "nothing in this penalty depends on what is trained", span, {
      notes: ["draws, counts, statistics of layers, comparisons and signs count as constant"],
      help: "read weights, batch-norm scales or activations: `by l1`, `by abs(gamma)`, `by mean(abs(a))`",
    });
    return false;
  }
  const foreign = all
    .filter((one) => one !== kind)
    .flatMap((one): readonly string[] => kinds[one])
    .concat(kind === "weights" ? [] : ofWeights);
  const other = mentioned(ir, foreign) ?? (kind === "weights" ? undefined : operatorOf(ir, "layer."));
  if (other === undefined) return true;
  reject(place, "P8010", `one penalty over ${words[kind]} and \`${other}\` is not available yet`, span, {
    help: "write two penalties, each over one kind of values",
  });
  return false;
}

const words: Readonly<Record<Kind, string>> = {
  weights: "weights",
  norms: "batch norm",
  activations: "activations",
};

/** Whether the expression has a slope along one of these names. */
function slopes(expr: ExprIr, names: readonly string[]): boolean {
  if (typeof expr === "string") return names.includes(expr);
  if (typeof expr === "number" || steps.has(expr[0]) || expr[0].startsWith("layer.")) return false;
  return argumentsOf(expr).some((argument) => slopes(argument, names));
}

function mentioned(expr: ExprIr, names: readonly string[]): string | undefined {
  if (typeof expr === "string") return names.includes(expr) ? expr : undefined;
  if (typeof expr === "number") return undefined;
  return argumentsOf(expr).flatMap((argument) => mentioned(argument, names) ?? [])[0];
}

function operatorOf(expr: ExprIr, start: string): string | undefined {
  if (typeof expr === "string" || typeof expr === "number") return undefined;
  if (expr[0].startsWith(start)) return expr[0];
  return argumentsOf(expr).flatMap((argument) => operatorOf(argument, start) ?? [])[0];
}
