import type { Diagnostic } from "../../grammar/diagnostic.js";
import type { CompileResult } from "../../compiler/compile.js";
import { spanOfPart } from "../../compiler/ir/spans.js";
import type { ExprIr, StepIr, TrainIr } from "../../compiler/ir/types.js";
import type { Network } from "../../compiler/network/types.js";
import type { TargetFacts } from "../../runtime/data/types.js";

/**
 * Conditions on an accuracy that the run will not have: its loss does not classify and its targets are no classes. Told here, where
 * program, network and data are known together, and not after hours of training.
 */
export async function checkAccuracy(
  { ir, spans, main }: CompileResult,
  network: Network,
  targets: readonly TargetFacts[],
): Promise<readonly Diagnostic[]> {
  const conditions = ir === null ? [] : readers(ir.body);
  if (conditions.length === 0) return [];
  const [{ lossNamed }, { measuresAccuracy }, { runDiagnostic }] = await Promise.all([
    import("../../runtime/run/losses.js"),
    import("../../runtime/executor/accuracy.js"),
    import("../../runtime/run/codes.js"),
  ]);
  const kinds = targets.map(({ kind }) => kind);
  const without = conditions.filter(
    ({ loss }) => !measuresAccuracy(network, loss === undefined ? [] : [lossNamed(loss)], kinds),
  );
  return without.map(({ id, loss }) => {
    const file = spans.get(id)?.file;
    const span = spanOfPart(spans, id, "condition");
    const minimized = loss === undefined ? "the loss of the network" : loss.name;
    return {
      ...runDiagnostic("P7013", "there is no accuracy to compare", {
        notes: [`${minimized} tells no classes apart, and the targets are numbers`],
        help: "compare the loss, as in `loss <= 0.1`",
      }),
      ...(span !== undefined && { span }),
      ...(file !== undefined && file !== main && { file }),
    };
  });
}

interface Reader {
  /** Statement with the condition. */
  readonly id: number;
  /** What the phase before minimizes; unset: what the network says. */
  readonly loss: TrainIr["loss"];
}

/** Every condition that reads the accuracy, once, with the loss in force when it is reached first. */
function readers(body: readonly StepIr[]): readonly Reader[] {
  const found = new Map<number, Reader>();
  let loss: TrainIr["loss"];
  const look = (id: number, condition: ExprIr | undefined): void => {
    if (condition !== undefined && reads(condition) && !found.has(id)) found.set(id, { id, loss });
  };
  const visit = (step: StepIr): void => {
    if (step.kind === "train") loss = step.loss;
    if (step.kind === "repeat" || step.kind === "for-each") step.body.forEach(visit);
    if (step.kind === "require") look(step.id, step.condition);
    if (step.kind === "train" || step.kind === "repeat") look(step.id, step.until);
  };
  body.forEach(visit);
  return [...found.values()];
}

const reads = (expr: ExprIr): boolean =>
  typeof expr === "object" ? expr.slice(1).some((operand) => reads(operand)) : expr === "accuracy";
