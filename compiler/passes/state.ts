import type { FittedOn } from "../../core/compensate/methods.js";
import type { OwnArguments } from "../../core/expr/own.js";
import type { CallStatement, Program, Statement, When } from "../../grammar/ast.js";
import type { Diagnostic, Span } from "../../core/diagnostics/diagnostic.js";
import type { IrSpans } from "../../core/ir/spans.js";
import type { Name } from "../../core/expr/names.js";
import type { JavaScriptKind } from "../../core/ir/imports.js";
import type { ImportIr, StepIr } from "../../core/ir/types.js";
import type { Network } from "../../core/network/types.js";
import type { Where } from "./lowering.js";
import type { Scope } from "./scope.js";

/** What a host gives the front half of the compiler. */
export interface FrontOptions {
  /** Name of the text, for messages and the IR's `source`. */
  readonly file?: string | undefined;
  /** Checked against, and its layers resolved, when given. */
  readonly network?: Network | undefined;
  /** Networks that phases learn from, by the paths that the program gives; one that is not there is not checked. */
  readonly teachers?: ReadonlyMap<string, Network> | undefined;
  /** `--set name=value`: values of parameters, as written. */
  readonly set?: Readonly<Record<string, string>> | undefined;
  /** Length of the training that a file without `train` implies. */
  readonly epochs?: number | undefined;
  /** What the host gives in JavaScript, by kind: it needs no `use`, and stands for the one that a `use` names. */
  readonly javascript?: { readonly [K in JavaScriptKind]?: readonly string[] } | undefined;
  /**
   * What scores and penalties in JavaScript read, by `kind name`, as far as somebody looked into them. What others cost, and whether what
   * they read is there, is known only when they run.
   */
  readonly reads?: Readonly<Record<string, readonly Name[]>> | undefined;
  /** What all but losses and metrics in JavaScript take from their calls, by `kind name`, as far as somebody looked into them. */
  readonly takes?: Readonly<Record<string, OwnArguments>> | undefined;
  /** What compensations in JavaScript are worked out on, by `kind name`, as far as somebody looked into them. */
  readonly fittedOn?: Readonly<Record<string, FittedOn>> | undefined;
  /** The text of an imported file, or null when there is none. `from` is the file that imports. */
  readonly resolve?: ((specifier: string, from: string | undefined) => ResolvedText | null) | undefined;
}

export interface ResolvedText {
  /** One name per file, whatever way led to it. */
  readonly file: string;
  readonly text: string;
}

/** A name from JavaScript; `use` is unset for one that the host gives and no text names. */
export interface JavaScriptImport extends Omit<ImportIr, "id"> {
  readonly use?: { readonly span: Span; readonly file: string | undefined };
}

/** A statement where it stands in the timeline, methods expanded. */
export interface TimelineNode {
  readonly statement: Statement;
  readonly scope: Scope;
  /** Statements of its block: of a phase, a loop, or the expanded method of a call. */
  readonly body: readonly TimelineNode[];
  /** Where the method that holds it was called, innermost first. */
  readonly calls: readonly CallSite[];
  /** Name of the counter or layer variable in the IR. */
  readonly variable?: string;
  /** The step in JavaScript that a call means. */
  readonly own?: string;
  /** What it is given. */
  readonly given?: OwnArguments;
  /** Of a loop with a counter: the names outside it. */
  readonly outside?: Scope;
  /** The training that a file without `train` implies. */
  readonly implicit?: true;
}

/** A call of a method, where it stands. */
export interface CallSite {
  readonly method: string;
  readonly statement: CallStatement;
  readonly scope: Scope;
}

/** What the passes work out one after the other; its scope is that of the main text. */
export interface FrontState extends Where {
  readonly options: FrontOptions;
  readonly diagnostics: Diagnostic[];
  /** The main text, or what is tried in its place. */
  readonly program: Program;
  readonly timeline: readonly TimelineNode[];
  readonly network: string | null;
  readonly data: string | null;
  /** Share of the training examples held out for validation, where the program says so. */
  readonly validation: number | null;
  /** What comes from JavaScript; its ids are given once those of statements are. */
  readonly imports: readonly JavaScriptImport[];
  readonly body: readonly StepIr[];
  readonly spans: IrSpans;
}

/** Takes what is known, reports mistakes, gives what is known afterwards. */
export type Pass = (state: FrontState) => FrontState;

/** The when-clause of a statement that may have one. */
export function whenOf(statement: Statement): When | undefined {
  return "when" in statement ? statement.when : undefined;
}

/** Whether the network trains somewhere in these statements. */
export function holdsTraining(nodes: readonly TimelineNode[]): boolean {
  return nodes.some((node) => node.statement.kind === "train" || holdsTraining(node.body));
}

/** Calls of methods that hold no training, replaced by what they hold: their rules are rules of this block. */
export function flatten(nodes: readonly TimelineNode[]): readonly TimelineNode[] {
  return nodes.flatMap((node) =>
    node.statement.kind === "call-statement" && node.own === undefined && !holdsTraining(node.body)
      ? flatten(node.body)
      : [node],
  );
}
