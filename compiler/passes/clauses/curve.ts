import type { Curve } from "../../../grammar/ast.js";
import type { CurveIr } from "../../../core/ir/types.js";
import { similar } from "../../../core/diagnostics/nearest.js";
import { bindArguments } from "../expressions/arguments.js";
import { infer } from "../expressions/infer.js";
import { lookUp, namesOf } from "../module.js";
import { expressions, reject, type Place } from "../lowering.js";
import { leadsFrom0To1 } from "./check-curve.js";

/** A lone curve word, or a declared curve as an expression over `t`. */
export function lowerCurve(curve: Curve, place: Place): CurveIr | null {
  const { along } = curve;
  if (curve.name !== "along" || along === undefined) return curve.name === "along" ? null : curve.name;
  const { module } = place.scope;
  const name = along.name.text;
  const declared = lookUp(module, "curve", name);
  if (declared === undefined) {
    if (module.missing.has(name)) return null;
    return reject(place, "P2002", `there is no curve \`${name}\``, along.name.span, {
      help: similar(name, namesOf(module, "curve"), "curve") ?? "declare it: `curve NAME(t) = …`",
    });
  }
  if (declared.kind !== "curve") return null;
  const context = expressions(place, "plain");
  // The first parameter is the progress, whatever it is called.
  const [progress, ...parameters] = declared.node.params ?? [];
  const bound = bindArguments(
    name,
    parameters,
    along.args ?? [],
    along.span,
    context,
    declared.module,
    infer,
  );
  if (bound === null) return null;
  const bindings = new Map([...declared.module.parameters, ...bound]);
  if (progress !== undefined) bindings.set(progress.name.text, { kind: "counter", ir: "t" });
  const scope = { module: declared.module, bindings };
  const value = infer(declared.node.expr, { ...context, scope, vocabulary: "curve", stack: [declared] });
  if (value === null) return null;
  if (value.type !== "number") {
    return reject(place, "P2020", `curve \`${name}\` does not give a number`, along.name.span);
  }
  // Without arguments its declaration is what is wrong; with them, this use may be.
  const plain = parameters.length === 0;
  const where = plain ? { scope, report: place.report } : context;
  const span = plain ? declared.node.expr.span : along.span;
  return leadsFrom0To1(name, value.ir, span, where) ? { name, expr: value.ir } : null;
}
