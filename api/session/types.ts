import type { CompileResult } from "../../compiler/compile.js";
import type { Diagnostic } from "../../core/diagnostics/diagnostic.js";
import type { Network } from "../../core/network/types.js";
import type { ParameterStore } from "../../core/parameters.js";
import type { BackendOptions } from "../../runtime/backend/types.js";
import type { DataGiven } from "../../runtime/data/types.js";
import type { LiveModel } from "../../runtime/model/index.js";
import type { OnProgress } from "../../runtime/run/report/log.js";
import type { Sensitivity, SensitivityQuestion } from "../measure-sensitivity.js";
import type { JavaScriptOptions } from "../javascript.js";

/** What a session works on. */
export interface SessionOptions extends BackendOptions, JavaScriptOptions {
  /** Path of a model.json, its folder or a module, or a tf.LayersModel. */
  readonly network: string | LiveModel;
  /** Path or name of data, or an object: see `DataGiven`. Without it nothing trains and no accuracy is measured. */
  readonly data?: string | DataGiven | undefined;
  /** Share of the training examples that is held out for validation, between 0 and 1. */
  readonly validation?: number | undefined;
  /** Seed of everything random. Default 1. */
  readonly seed?: number | undefined;
  /** Examples per step where a statement says nothing. Default 32. */
  readonly batch?: number | undefined;
  /** Whether masks that lie beside the network hold on. Default true. */
  readonly masks?: boolean | undefined;
  /** Values of `param`s, as `--set` has them. */
  readonly set?: Readonly<Record<string, string>> | undefined;
  /** Called with everything that is told while a statement runs. */
  readonly onProgress?: OnProgress | undefined;
}

/** A network at one moment: what it costs and how well it does. */
export interface Standing {
  /** Updates of the optimizer so far. */
  readonly step: number;
  /** Of dense tensors, without what is dead whole. */
  readonly params: number;
  readonly macs: number;
  /** Single dead weights left out too. */
  readonly nonzeroParams: number;
  readonly nonzeroMacs: number;
  /** The part of the data that it is measured on; null without data. */
  readonly on: "test" | "train" | "validation" | null;
  /** From 0 to 1; null without data, and where targets are no classes. */
  readonly accuracy: number | null;
  readonly loss: number | null;
}

/** A statement that was carried out. */
export interface DoneStatement {
  /** As written; of a training that was stopped, as the program has it. */
  readonly text: string;
  /** What it said of itself, a sentence for each event: "prune", "dropped 4 filters: 4 of 12 dead". */
  readonly said: readonly { readonly kind: string; readonly text: string }[];
  readonly before: Standing;
  readonly after: Standing;
  /** Warnings about it. */
  readonly diagnostics: readonly Diagnostic[];
  readonly seconds: number;
  /** Steps of earlier statements that were carried out again, since this one changes what they are. */
  readonly again: number;
  /** Where it was stopped; null where it came to its end. */
  readonly stopped: {
    /** Steps that it had trained. */
    readonly steps: number;
    /** Whether the program says what was done: a training of so many steps. Where a rate or a rule moves over the whole length it cannot. */
    readonly exact: boolean;
  } | null;
}

/** A layer at two moments. */
export interface LayerDifference {
  readonly layer: string;
  /** Its output channels that live, then and now. */
  readonly channels: readonly [number, number];
  readonly params: readonly [number, number];
  readonly macs: readonly [number, number];
  /** Its kernel weights that live, then and now. */
  readonly living: readonly [number, number];
  /** Root of the mean square of what its weights changed by; null where its tensors were cut. */
  readonly moved: number | null;
}

export interface Difference {
  readonly then: Standing;
  readonly now: Standing;
  readonly layers: readonly LayerDifference[];
}

/** A network that statements act on one after another. Its methods are called one at a time. */
export interface PruningSession {
  /** As it stands: what `slim` has cut out is no longer there. */
  readonly network: Network;
  /** As it stands, masks applied; a copy. */
  readonly parameters: ParameterStore;
  readonly standing: Standing;
  /** What has been done, without what was undone. */
  readonly history: readonly DoneStatement[];
  /** How many times `undo` and `redo` may be called. */
  readonly undoable: number;
  readonly redoable: number;
  /** The text that spans of diagnostics mean, and those it imports, by file name: that of the last statements given. */
  readonly texts: { readonly main: string; readonly texts: ReadonlyMap<string, string> };

  /**
   * Carries out statements, each when the one before is done.
   * @throws DiagnosticError where one has a mistake or fails: the network stands as before it then, and those after it are not looked at
   */
  run(text: string): Promise<readonly DoneStatement[]>;
  /**
   * What statements would do: they are carried out, measured, and taken back.
   * @throws DiagnosticError as `run`, and P7010 for what trains, which `plan` foresees
   */
  whatIf(text: string): Promise<readonly DoneStatement[]>;
  /**
   * What statements would do, worked out without doing any of it. `from`: the least id of theirs; what has a lower one in the plan is
   * done already. @throws DiagnosticError where one has a mistake
   */
  plan(text: string): { readonly result: CompileResult; readonly from: number; readonly trains: boolean };
  /** Ends what is under way: a training after its step, whose state stays; a measurement after its point. */
  stop(): void;
  /** Takes back statements, the last first. @throws DiagnosticError P7010 where there are not so many */
  undo(statements?: number): void;
  /** Brings back what was undone last. @throws DiagnosticError P7010 where there is not so much */
  redo(statements?: number): void;
  /** How each group of tied layers bears losing units, as the network stands; it stays so. @throws DiagnosticError */
  sensitivity(question?: SensitivityQuestion): Promise<Sensitivity>;
  /** The network as it stands against how it stood after so many statements; 0: as it was loaded. @throws DiagnosticError P7010 */
  diff(statements: number): Difference;
  /** The statements as a program. `folder`: where it will lie, for its paths. */
  program(folder?: string): string;
  /** Lets go of memory and data. */
  close(): Promise<void>;
}
