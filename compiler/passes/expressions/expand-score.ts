import type { Argument } from "../../../grammar/ast.js";
import type { Span } from "../../../core/diagnostics/diagnostic.js";
import type { Declared } from "../module.js";
import type { Typed } from "../scope.js";
import { bindArguments } from "./arguments.js";
import type { ExprContext } from "./context.js";
import type { Infer } from "./infer.js";

/** A declared criterion or penalty put in place of its name, with its arguments bound. */
export function expandScore(
  declared: Declared,
  args: readonly Argument[],
  span: Span,
  context: ExprContext,
  infer: Infer,
): Typed | null {
  if (declared.kind !== "criterion" && declared.kind !== "penalty") return null;
  const bindings = bindArguments(
    declared.name,
    declared.node.params ?? [],
    args,
    span,
    context,
    declared.module,
    infer,
  );
  if (bindings === null) return null;
  // A declaration sees the parameters of its own file, never what is bound where it is used.
  const scope = { module: declared.module, bindings: new Map([...declared.module.parameters, ...bindings]) };
  if (declared.node.under !== undefined) context.under?.found.push(declared.node.under);
  return infer(declared.node.expr, { ...context, scope, stack: [...context.stack, declared] });
}
