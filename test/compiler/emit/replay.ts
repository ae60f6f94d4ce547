import * as expressions from "../../../runtime/expressions.js";
import * as statements from "../../../runtime/statements.js";
import type {
  PruneSpec,
  RegrowSpec,
  ReinitializeSpec,
  RestoreSpec,
  SelectionSpec,
  TrainSpec,
  WhenSpec,
} from "../../../runtime/helpers.js";
import { loopOf } from "../../helpers/run-text.js";
import type { WhenIr } from "../../../core/ir/types.js";

/**
 * Runs an emitted module against a runtime that only writes down what it is told, as IR nodes. Every repeat runs to its
 * end, every phase has one epoch of one batch, every rule is due whenever asked.
 */
export async function replay(code: string): Promise<unknown[]> {
  const log: unknown[] = [];
  await loopOf(code, { ...expressions, openRun: opener(log) })({});
  return log;
}

const opener =
  (log: unknown[]) => async (settings: { readonly statements: Readonly<Record<number, string>> }) => {
    const known = { statements: settings.statements };
    const when = new Map<number, WhenIr>();
    const say = (node: unknown) => void log.push(node);
    const due = (rule: { readonly id: number }) => ({
      ...rule,
      ...(when.has(rule.id) && { when: when.get(rule.id) }),
    });
    return {
      async train(id: number, spec: TrainSpec) {
        when.clear();
        say(statements.trainIr(id, spec, known));
        return {
          rule: (rule: number, { accumulate: _, ...fires }: WhenSpec) => {
            when.set(rule, fires);
            return { due: () => true };
          },
          start: async () => undefined,
          epochs: () => count(1),
          batches: () => count(1),
          step: async () => undefined,
          end: async () => void when.clear(),
        };
      },
      prune: async (id: number, spec: PruneSpec) => say(due(statements.pruneIr(id, spec, known))),
      regrow: async (id: number, spec: RegrowSpec) => say(due(statements.regrowIr(id, spec, known))),
      restore: async (id: number, spec: RestoreSpec) => say(due(statements.restoreIr(id, spec, known))),
      reinitialize: async (id: number, spec: ReinitializeSpec = {}) =>
        say(statements.reinitializeIr(id, spec, known)),
      shuffle: async (id: number, spec: SelectionSpec = {}) =>
        say(["shuffle", id, statements.selectionIr(spec)]),
      invert: async (id: number, spec: SelectionSpec = {}) =>
        say(["invert", id, statements.selectionIr(spec)]),
      harden: async (id: number, spec: SelectionSpec = {}) =>
        say(["harden", id, statements.selectionIr(spec)]),
      load: async (id: number, what: string, path: string, spec: SelectionSpec = {}) =>
        say(["load", id, what, path, statements.selectionIr(spec)]),
      recalibrate: async (id: number, spec: unknown) => say(["recalibrate", id, spec]),
      slim: async (id: number) => say(["slim", id]),
      evaluate: async (id: number, on = "test") => say(["evaluate", id, on]),
      mark: async (id: number, name: string) => say(["mark", id, name]),
      rewind: async (id: number, spec: unknown) => say(["rewind", id, spec]),
      require: async (id: number, condition: unknown) => say(["require", id, condition]),
      save: async (id: number, path: string) => say(["save", id, path]),
      repeat: (id: number, times: number, ...spec: readonly unknown[]) => {
        say(["repeat", id, times, ...spec]);
        return count(times);
      },
      async *layers(id: number, spec: SelectionSpec) {
        say(["for-each", id, statements.selectionIr(spec)]);
        yield "conv_a";
      },
      until: async (id: number, condition: unknown) => {
        say(["until", id, condition]);
        return false;
      },
      finish: async () => undefined,
    };
  };

async function* count(times: number): AsyncGenerator<number> {
  for (let i = 1; i <= times; i++) yield i;
}
