import { compile } from "../../compiler/compile.js";
import { front } from "../../compiler/passes/index.js";
import { programOf } from "../../compiler/render/methods.js";
import type { PlanIr } from "../../core/ir/types.js";
import { statements, type StatementIr } from "../../core/ir/walk.js";
import { lenet300100 } from "../helpers/networks.js";
import { networkOf } from "../core/masks/setting.js";

/** Methods of the standard library as the vectors take them: by their statements, or by their plan. */

type Settings = Readonly<Record<string, string>>;
type Kind = StatementIr["kind"];
type Of<K extends Kind> = Extract<StatementIr, { readonly kind: K }>;

/** The statements of one kind in a method with these arguments, in written order. */
export function statementsOf<K extends Kind>(method: string, kind: K, set: Settings = {}): readonly Of<K>[] {
  const { ir, diagnostics } = front(programOf(method) ?? "", { set });
  if (ir === null) throw new Error(`${method}: ${diagnostics.map(({ message }) => message).join("; ")}`);
  return statements(ir.body).filter((one): one is Of<K> => one.kind === kind);
}

/** One of them: the first unless said. */
export function statementOf<K extends Kind>(method: string, kind: K, set: Settings = {}, at = 0): Of<K> {
  const found = statementsOf(method, kind, set).at(at);
  if (found === undefined) throw new Error(`${method} has no such ${kind}`);
  return found;
}

/** What `check` foresees of a method on LeNet-300-100, 100 steps to an epoch: its events, in order. */
export function planOf(method: string, set: Settings = {}): PlanIr["events"] {
  const { plan, diagnostics } = compile(programOf(method) ?? "", {
    network: networkOf(lenet300100()),
    data: { examples: 3200 },
    batch: 32,
    set,
    emit: false,
  });
  if (plan === null) throw new Error(`${method}: ${diagnostics.map(({ message }) => message).join("; ")}`);
  return plan.events;
}

/** A number of a plan that follows from counts alone. */
export function exact(count: PlanIr["events"][number]["dead"]): number {
  if (typeof count !== "number") throw new Error("about so many, not exactly");
  return count;
}
