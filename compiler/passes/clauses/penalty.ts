import type { Span } from "../../../grammar/diagnostic.js";
import { argumentsOf } from "../../ir/needs.js";
import type { ExprIr, Need } from "../../ir/types.js";
import { reject, type Place } from "../lowering.js";

const fromGradients: readonly Need[] = ["g", "g2", "h", "hg"];
const fromActivations: readonly Need[] = ["a", "ga", "x"];
const weights = ["w", "dw"];
const norms = ["gamma", "beta"];
/** What stands for weights and means nothing beside scales and shifts. */
const ofWeights = ["w0", "m", "size", "fan-in", "random"];
const steps: ReadonlySet<string> = new Set(["<", "<=", ">", ">=", "=", "!=", "and", "or", "not", "sign"]);

/** Whether a penalty can pull on something: it has a slope, along weights or along batch norm, that a step of training can follow. */
export function canPull(ir: ExprIr, needs: readonly Need[], span: Span, place: Place): boolean {
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
  const activation = needs.find((need) => fromActivations.includes(need));
  if (activation !== undefined) {
    reject(
      place,
      "P8010",
      `\`${activation}\` is an activation, and penalties on them are not available yet`,
      span,
      {
        help: "penalize weights (`by l1`), or batch-norm scales (`by abs(gamma)`)",
      },
    );
    return false;
  }
  const [onWeights, onNorms] = [slopes(ir, weights), slopes(ir, norms)];
  if (!onWeights && !onNorms) {
    reject(place, "P2034", "nothing in this penalty depends on what is trained", span, {
      notes: ["draws, counts, statistics of layers, comparisons and signs count as constant"],
      help: "read weights or batch-norm scales: `by l1`, `by abs(gamma)`",
    });
    return false;
  }
  if (!onNorms && !mentions(ir, norms)) return true;
  const foreign = [...weights, ...ofWeights].find((name) => mentions(ir, [name]));
  const layer = foreign ?? operatorOf(ir, "layer.");
  if (layer === undefined) return true;
  reject(place, "P8010", `one penalty over batch norm and \`${layer}\` is not available yet`, span, {
    help: "write two penalties, one over weights and one over `gamma` and `beta`",
  });
  return false;
}

/** Whether the expression has a slope along one of these names. */
function slopes(expr: ExprIr, names: readonly string[]): boolean {
  if (typeof expr === "string") return names.includes(expr);
  if (typeof expr === "number" || steps.has(expr[0]) || expr[0].startsWith("layer.")) return false;
  return argumentsOf(expr).some((argument) => slopes(argument, names));
}

function mentions(expr: ExprIr, names: readonly string[]): boolean {
  if (typeof expr === "string") return names.includes(expr);
  return typeof expr !== "number" && argumentsOf(expr).some((argument) => mentions(argument, names));
}

function operatorOf(expr: ExprIr, start: string): string | undefined {
  if (typeof expr === "string" || typeof expr === "number") return undefined;
  if (expr[0].startsWith(start)) return expr[0];
  return argumentsOf(expr).flatMap((argument) => operatorOf(argument, start) ?? [])[0];
}
