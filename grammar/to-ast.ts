import type { CstNode } from "chevrotain";
import type * as ast from "./ast.js";
import type { Diagnostic } from "../core/diagnostics/diagnostic.js";
import * as blocks from "./to-ast/blocks.js";
import type { Context } from "./to-ast/context.js";
import { firstWord, needed, node, nodeSpan, spanOf, token } from "./to-ast/cst.js";
import { prune } from "./to-ast/prune.js";
import * as rules from "./to-ast/rules.js";
import * as steps from "./to-ast/steps.js";

type Body<S> = S extends ast.Statement ? Omit<S, "span" | "word"> : never;
type Build = (from: CstNode, context: Context, read: blocks.ReadBlock) => Body<ast.Statement>;

/** Grammar rule → builder, in the order of the language reference. */
const builders = new Map<string, Build>(
  Object.entries({
    network: steps.network,
    data: steps.data,
    train: blocks.train,
    prune,
    regrow: rules.regrow,
    restore: rules.restore,
    penalize: rules.penalize,
    learn: rules.learn,
    freeze: rules.freeze,
    update: rules.update,
    pull: rules.pull,
    rewind: steps.rewind,
    mark: steps.mark,
    reinitialize: steps.reinitialize,
    shuffle: steps.shuffle,
    harden: steps.harden,
    load: steps.load,
    repeat: blocks.repeat,
    forEach: blocks.forEach,
    search: blocks.search,
    slim: steps.slim,
    quantize: steps.quantize,
    evaluate: steps.evaluate,
    require: steps.require,
    save: steps.save,
    declaration: steps.declaration,
    use: steps.use,
    param: steps.param,
    method: blocks.method,
    call: steps.call,
  }),
);

/** One statement, or nothing when it holds a mistake that only the tree shows. */
export function statement(
  from: CstNode,
  text: string,
  report: (diagnostic: Diagnostic) => void,
  read: blocks.ReadBlock,
): ast.Statement | undefined {
  const [rule] = Object.keys(from.children);
  const inner = node(from, rule ?? "");
  const build = rule === undefined ? undefined : builders.get(rule);
  if (inner === undefined || build === undefined) throw new Error(`no builder for the rule ${rule}`);
  let broken = false;
  const context: Context = {
    text,
    heights: new WeakMap(),
    report: (diagnostic) => {
      broken = true;
      report(diagnostic);
    },
  };
  const word = spanOf(needed(token(inner, "Identifier") ?? firstWord(inner), inner, "first word"));
  const made: ast.Statement = { ...build(inner, context, read), span: nodeSpan(from), word };
  return broken ? undefined : made;
}
