import { qualities, type AccuracyName } from "../../core/ir/qualities.js";
import type { ForEachIr, RepeatIr, RuleIr, SearchIr, StepIr, TrainIr } from "../../core/ir/types.js";
import { expressionCode, givenCode, pointCode } from "./javascript-expressions.js";
import { accumulateFields, fieldsOf, pruneFields, regrowFields, trainFields } from "./javascript-clauses.js";
import { holdsAlong, trains, type LoopIr } from "../../core/ir/walk.js";
import { commentLines, layout, lineWidth, quote, type Field, type Js } from "./javascript-value.js";
import type { Notes } from "./foresee.js";
import type { Scope } from "./scope.js";
import { firesAtEpochsOnly, firesAtStart, firesLater } from "./timing.js";
import type { Place, Writer } from "./writer.js";

/** What writing a statement needs besides its IR. */
export interface StepContext {
  readonly writer: Writer;
  readonly places: ReadonlyMap<number, Place>;
  readonly notes: Notes;
  readonly scope: Scope;
  /** The accuracies that conditions below a phase compare under the same loss. */
  readonly compared: ReadonlyMap<number, ReadonlySet<AccuracyName>>;
  /** A condition, in code, under which no training follows the block; null where that cannot be told. */
  readonly ends: string | null;
}

/** The steps of a block, each under a comment that is the statement as written. */
export function writeSteps(body: readonly StepIr[], context: StepContext): void {
  const last = body.findLastIndex(trains);
  for (const [index, step] of body.entries()) {
    context.writer.at(context.places.get(step.id), () => {
      context.writer.blank();
      for (const line of context.notes.before(step.id)) comment(line, context);
      comment(statementText(step), context);
      for (const line of context.notes.of(step.id)) comment(line, context);
      writeStep(step, index === last ? context : { ...context, ends: null });
    });
  }
}

function writeStep(step: StepIr, context: StepContext): void {
  switch (step.kind) {
    case "train":
      return writeTrain(step, context);
    case "repeat":
      return writeRepeat(step, context);
    case "for-each":
      return writeForEach(step, context);
    case "search":
      return writeSearch(step, context);
    default:
      return statement("", callOf(step, context.scope), context);
  }
}

function writeRepeat(repeat: RepeatIr, context: StepContext): void {
  const times = expressionCode(repeat.times, context.scope);
  const { scope, variable } = context.scope.inside(repeat.as ?? "pass", "Pass");
  const { writer } = context;
  const goesOn = fieldsOf("repeat", { while: repeat.while }, context.scope);
  const args = goesOn.length === 0 ? times : `${times}, `;
  const head = `for await (const ${variable} of run.repeat(${repeat.id}, ${args}`;
  write(layout(head, goesOn.length === 0 ? "" : { fields: goesOn }, ")) {", writer.indentation), context);
  writer.indented(() => {
    writeSteps(repeat.body, { ...context, scope, ends: endsWith(context.ends, `${variable} === ${times}`) });
    if (repeat.until === undefined) return;
    writer.blank();
    writer.line(`if (await run.until(${repeat.id}, ${expressionCode(repeat.until, scope)})) break;`);
  });
  writer.line("}");
}

/** Both conditions; the outermost is "true". */
function endsWith(outer: string | null, pass: string): string | null {
  return outer === null || outer === "true" ? outer && pass : `${outer} && ${pass}`;
}

function writeForEach(loop: ForEachIr, context: StepContext): void {
  const { scope, variable } = context.scope.inside(loop.as, "Path");
  const selection: Js = { fields: fieldsOf("for-each", loop, context.scope) };
  const { writer } = context;
  write(
    layout(`for await (const ${variable} of run.layers(${loop.id}, `, selection, ")) {", writer.indentation),
    context,
  );
  const ends = endsWith(context.ends, `run.isLastLayer(${loop.id})`);
  writer.indented(() => writeSteps(loop.body, { ...context, scope, ends }));
  writer.line("}");
}

/** Every trial and the last run with the best of them are passes of one loop. */
function writeSearch(search: SearchIr, context: StepContext): void {
  const { scope, variable } = context.scope.inside(search.as, "Value");
  const spec: Js = {
    fields: [{ key: "as", value: quote(search.as) }, ...fieldsOf("search", search, context.scope)],
  };
  const { writer } = context;
  write(
    layout(`for await (const ${variable} of run.search(${search.id}, `, spec, ")) {", writer.indentation),
    context,
  );
  writer.indented(() => writeSteps(search.body, { ...context, scope }));
  writer.line("}");
}

/** A phase: its rules are announced, the epochs and batches stand as plain loops, the rules fire in written order. */
function writeTrain(train: TrainIr, context: StepContext): void {
  const { writer, scope } = context;
  const phase = scope.fresh("phase");
  const compared = [...(context.compared.get(train.id) ?? [])].map((name) => ({
    key: qualities[name],
    value: "true",
  }));
  // Paired regrows ask whether any training follows.
  const pairs = train.rules.some((rule) => rule.kind === "prune" && rule.regrow !== undefined);
  statement(
    `const ${phase} = `,
    {
      name: "train",
      args: [
        String(train.id),
        { fields: [...trainFields(train, pairs ? context.ends : null, scope), ...compared] },
      ],
    },
    context,
  );
  const rules = train.rules
    .filter((rule) => !holdsAlong(rule) && rule.when !== undefined)
    .map((rule) => ({ rule, variable: scope.fresh(`${rule.kind}${rule.id}`) }));
  for (const { rule, variable } of rules) {
    writer.at(context.places.get(rule.id), () => announce(rule, variable, phase, context));
  }
  const fire = (chosen: typeof rules) => {
    for (const { rule, variable } of chosen) {
      writer.at(context.places.get(rule.id), () => {
        comment(statementText(rule), context);
        guarded(`if (${variable}.due())`, callOf(rule, scope), context);
      });
    }
  };
  const atStart = rules.filter(({ rule }) => firesAtStart(rule));
  const later = rules.filter(({ rule }) => firesLater(rule));
  const atEpochs = later.every(({ rule }) => firesAtEpochsOnly(rule));
  if (atStart.length > 0) {
    writer.line(`await ${phase}.start();`);
    fire(atStart);
  }
  writer.line(`for await (const epoch of ${phase}.epochs()) {`);
  writer.indented(() => {
    writer.line(`for await (const batch of ${phase}.batches(epoch)) {`);
    writer.indented(() => {
      writer.line(`await ${phase}.step(batch); // forward, backward, penalties, update, masks`);
      if (!atEpochs) fire(later);
    });
    writer.line("}");
    if (atEpochs) fire(later);
  });
  writer.line("}");
  writer.line(`await ${phase}.end();`);
}

function announce(rule: RuleIr, variable: string, phase: string, context: StepContext): void {
  if (!rule.when) return;
  const when: Js = {
    fields: [...fieldsOf("when", rule.when, context.scope), ...accumulateFields(rule, context.scope)],
  };
  const lines = layout(
    `const ${variable} = ${phase}.rule(${rule.id}, `,
    when,
    ");",
    context.writer.indentation,
  );
  for (const line of context.notes.of(rule.id)) comment(line, context);
  write(lines, context);
}

interface Call {
  readonly name: string;
  readonly args: readonly Js[];
}

/** The call of `run` that carries out a one-off step, or a rule that fires. */
function callOf(step: Exclude<StepIr | RuleIr, TrainIr | LoopIr>, scope: Scope): Call {
  const call = (name: string, ...args: Js[]): Call => ({ name, args: [String(step.id), ...args] });
  const optional = (fields: readonly Field[]): Js[] => (fields.length === 0 ? [] : [{ fields }]);
  switch (step.kind) {
    case "prune":
      return call("prune", { fields: pruneFields(step, scope) });
    case "regrow":
      return call("regrow", { fields: regrowFields(step, scope) });
    case "evaluate":
      return step.on === "test" ? call("evaluate") : call("evaluate", quote(step.on));
    case "mark":
      return call("mark", quote(step.name), ...optional(fieldsOf("mark", { teaches: step.teaches }, scope)));
    case "rewind": {
      const what: Js = { list: step.what.map(quote) };
      return call("rewind", {
        fields: [
          { key: "what", value: what },
          { key: "to", value: rewindTarget(step.to, scope) },
        ],
      });
    }
    case "load":
      return call("load", quote(step.what), quote(step.path), ...optional(fieldsOf("load", step, scope)));
    case "require":
      return call("require", expressionCode(step.condition, scope));
    case "save":
      return call("save", quote(step.path));
    case "call":
      return call("call", `${quote(step.name)}${givenCode(step.given)}`);
    default:
      return call(step.kind, ...optional(fieldsOf(step.kind, step, scope)));
  }
}

function rewindTarget(to: Extract<StepIr, { readonly kind: "rewind" }>["to"], scope: Scope): string {
  if (typeof to === "string") return quote(to);
  if ("mark" in to) return `{ mark: ${quote(to.mark)} }`;
  return `{ phase: ${to.phase}, point: ${pointCode(to.point, scope)} }`;
}

/** `HEAD await run.NAME(ARGS);`: all but the last argument stand on the first line. */
function statement(head: string, call: Call, context: StepContext): void {
  write(callLines(head, call, context.writer.indentation), context);
}

/** A call under a condition: on one line, or in braces. */
function guarded(condition: string, call: Call, context: StepContext): void {
  const { writer } = context;
  const [line = "", ...rest] = callLines(`${condition} `, call, writer.indentation);
  if (rest.length === 0) return writer.line(line);
  writer.line(`${condition} {`);
  writer.indented(() => statement("", call, context));
  writer.line("}");
}

function callLines(head: string, call: Call, indentation: number): string[] {
  const before = call.args.slice(0, -1).map((arg) => (typeof arg === "string" ? `${arg}, ` : ""));
  const open = `${head}await run.${call.name}(${before.join("")}`;
  return layout(open, call.args.at(-1) ?? "", ");", indentation);
}

function write(lines: readonly string[], { writer }: StepContext): void {
  for (const line of lines) writer.line(line);
}

function comment(text: string, { writer }: StepContext): void {
  for (const line of commentLines(text, lineWidth - writer.indentation)) writer.line(line);
}

function statementText(step: StepIr | RuleIr): string {
  if (step.kind === "train" && step.implicit) return "train once, for the rules: nothing says how";
  return step.kind === "prune" && step.regrow ? `${step.text}; ${step.regrow.text}` : step.text;
}
