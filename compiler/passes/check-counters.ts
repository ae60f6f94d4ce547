import type { Diagnostic, Span } from "../../core/diagnostics/diagnostic.js";
import { evaluate, fold } from "../../core/expr/evaluate.js";
import { mentions } from "../../core/ir/mentions.js";
import type { ExprIr, RepeatIr } from "../../core/ir/types.js";
import { statements, steps } from "../../core/ir/walk.js";
import type { Expr } from "../../grammar/ast.js";
import { infer } from "./expressions/infer.js";
import { mistakesIn } from "./lower-statements.js";
import { expressions } from "./lowering.js";
import type { Binding, Scope, Typed } from "./scope.js";
import type { FrontState, TimelineNode } from "./state.js";

/** Statements that are lowered with numbers in the place of counters, in all; of longer loops the first and the last passes are looked at. */
const most = 600;

type Counters = ReadonlyMap<string, number>;

/** A target that stays in one pass and rises from pass to pass drops something in the next. */
const ofStillTargets = "P3013";

interface Checking {
  readonly state: FrontState;
  readonly loops: ReadonlyMap<string, RepeatIr>;
  /** Mistakes that were told of, or that have nothing to do with passes. */
  readonly told: Set<string>;
  left: number;
}

/**
 * Holds what depends on the counter of a `repeat` against its range, pass by pass: the loop is lowered once more with the number of the
 * pass in place of the counter, and what is wrong with it then and not without is told, with the first pass in which it is.
 */
export function checkCounters(state: FrontState): FrontState {
  const loops = new Map<string, RepeatIr>();
  for (const step of steps(state.body))
    if (step.kind === "repeat" && step.as !== undefined) loops.set(step.as, step);
  const checking: Checking = { state, loops, told: new Set(), left: most };
  if (loops.size > 0) for (const loop of loopsIn(state.timeline)) checkLoop(loop, new Map(), checking);
  return state;
}

function checkLoop(node: TimelineNode, outer: Counters, checking: Checking): void {
  const { state, loops, told } = checking;
  const { variable = "" } = node;
  const loop = loops.get(variable);
  const times = loop && evaluate(loop.times, outer);
  if (loop === undefined || times === undefined || !readsAny(loop, [variable])) return;
  for (const one of mistakesIn([counting(node, outer)], state)) told.add(keyOf(one));
  for (const pass of passesOf(times, Math.floor(checking.left / sizeOf(node)))) {
    if (checking.left <= 0) return;
    checking.left -= sizeOf(node);
    const counters = new Map(outer).set(variable, pass);
    const now = counting(node, counters);
    for (const { fixes: _, ...one } of mistakesIn([now], state)) {
      if (told.has(keyOf(one)) || one.code === ofStillTargets) continue;
      told.add(keyOf(one));
      // Of loops in loops the innermost first.
      const counts = [...counters.values()].reverse();
      const where = `in ${counts.map((count) => `pass ${count}`).join(" of ")}`;
      const value = one.span && valueAt([now], one.span, one.file, state);
      state.report({ ...one, label: value === undefined ? where : `${where}, ${value}` });
    }
    for (const inner of loopsIn(node.body)) {
      const held = loops.get(inner.variable ?? "");
      if (held !== undefined && readsAny(held, [...counters.keys()])) checkLoop(inner, counters, checking);
    }
  }
}

const readsAny = (loop: RepeatIr, names: readonly string[]): boolean =>
  statements([loop]).some((one) => mentions(one, new Set(names)));

/** Loops with a counter, those in others among them. */
const loopsIn = (nodes: readonly TimelineNode[]): readonly TimelineNode[] =>
  nodes.flatMap((node) => [
    ...(node.statement.kind === "repeat" && node.variable !== undefined ? [node] : []),
    ...loopsIn(node.body),
  ]);

const sizeOf = ({ body }: TimelineNode): number => body.reduce((sum, inner) => sum + sizeOf(inner), 1);

/** All passes, or as many of the first and of the last as may be looked at. */
function passesOf(times: number, atMost: number): readonly number[] {
  const half = Math.max(1, Math.floor(atMost / 2));
  const length = Math.min(times, 2 * half);
  return Array.from({ length }, (_, i) => (i < half ? i + 1 : times - length + i + 1));
}

const keyOf = ({ code, span, file }: Diagnostic): string =>
  `${code} ${file ?? ""} ${span?.start ?? ""} ${span?.end ?? ""}`;

/** The statements with numbers in the place of counters. */
function counting(node: TimelineNode, counters: Counters): TimelineNode {
  const scopes = new Map<Scope, Scope>();
  const inScope = (scope: Scope): Scope => {
    const known = scopes.get(scope);
    if (known !== undefined) return known;
    const bindings = [...scope.bindings].map(([name, one]) => [name, bound(one, counters)] as const);
    const made = { ...scope, bindings: new Map(bindings) };
    scopes.set(scope, made);
    return made;
  };
  const inNode = (one: TimelineNode): TimelineNode => ({
    ...one,
    scope: inScope(one.scope),
    body: one.body.map(inNode),
    calls: one.calls.map((call) => ({ ...call, scope: inScope(call.scope) })),
    ...(one.outside && { outside: inScope(one.outside) }),
  });
  return counters.size === 0 ? node : inNode(node);
}

function bound(binding: Binding, counters: Counters): Binding {
  if (binding.kind === "layer") return binding;
  if (binding.kind === "value")
    return { kind: "value", value: { ...binding.value, ir: worked(binding.value.ir, counters) } };
  const count = counters.get(binding.ir);
  return count === undefined ? binding : { kind: "value", value: { type: "number", ir: count } };
}

/** An expression with numbers in the place of counters, worked out as far as that goes. */
function worked(expr: ExprIr, counters: Counters): ExprIr {
  if (typeof expr === "string") return counters.get(expr) ?? expr;
  if (typeof expr === "number" || expr[0] === "string") return expr;
  const [operator, ...operands] = expr;
  return fold(operator, ...operands.map((operand) => worked(operand, counters)));
}

/** What an expression at a place comes to, as it would be written; undefined where none stands there. */
function valueAt(
  nodes: readonly TimelineNode[],
  span: Span,
  file: string | undefined,
  state: FrontState,
): string | undefined {
  for (const { statement, scope, calls, body } of nodes) {
    for (const one of [{ statement, scope }, ...calls]) {
      const expr = one.scope.module.file === file ? exprAt(one.statement, span) : undefined;
      const value = expr && infer(expr, expressions({ scope: one.scope, report: () => undefined }, "plain"));
      if (value) return written(value);
    }
    const inside = valueAt(body, span, file, state);
    if (inside !== undefined) return inside;
  }
  return undefined;
}

function written({ type, ir }: Typed): string | undefined {
  if (typeof ir !== "number") return undefined;
  const number = String(Number((type === "share" ? 100 * ir : ir).toPrecision(6)));
  if (type === "share") return `${number}%`;
  if (type === "number") return number;
  return type === "epochs" || type === "steps" ? `${number} ${type}` : undefined;
}

const expressionKinds: ReadonlySet<unknown> = new Set<Expr["kind"]>([
  "binary",
  "unary",
  "ref",
  "call",
  "paren",
]);
const isExpression = (value: object): value is Expr => "kind" in value && expressionKinds.has(value.kind);

/** The expression that takes up just this place. */
function exprAt(value: unknown, span: Span): Expr | undefined {
  if (typeof value !== "object" || value === null) return undefined;
  if (isExpression(value) && value.span.start === span.start && value.span.end === span.end) return value;
  for (const inner of Object.values(value)) {
    const found = exprAt(inner, span);
    if (found !== undefined) return found;
  }
  return undefined;
}
