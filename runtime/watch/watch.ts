import { raise } from "../../core/diagnostics/create.js";
import { DiagnosticError } from "../../core/diagnostics/diagnostic.js";
import { show } from "../../core/diagnostics/quote.js";
import { isObject } from "../../core/network/json.js";
import type { Session } from "../run/host/session.js";
import { settled } from "../settled.js";
import { thrown } from "../user-code.js";
import type { Callbacks, EventLogs, WatchedNetwork } from "./types.js";
import { watched } from "./view.js";

/** Every function of `Callbacks`; tsc asks for each. */
const known: Readonly<Record<keyof Callbacks, true>> = {
  onTrainBegin: true,
  onTrainEnd: true,
  onEpochBegin: true,
  onEpochEnd: true,
  onBatchBegin: true,
  onBatchEnd: true,
  onPrune: true,
  onRegrow: true,
  onSlim: true,
  onEvent: true,
};

type Arguments<Name extends keyof Callbacks> =
  Parameters<NonNullable<Callbacks[Name]>> extends [...infer Given, WatchedNetwork] ? Given : never;

/**
 * Calls all that watch, one after the other, and waits for each.
 * @throws DiagnosticError P7017 when one throws, rejects, or waits for what never comes
 */
export async function watch<Name extends keyof Callbacks>(
  session: Session,
  name: Name,
  ...given: Arguments<Name>
): Promise<void> {
  for (const watcher of session.watchers) {
    if (watcher[name] === undefined) continue;
    // One that its owner gave may be a method; how many arguments each takes tsc has seen in `given`.
    const act = watcher[name] as (...all: readonly unknown[]) => unknown;
    try {
      const result = act.call(watcher, ...given, watched(session));
      if (result instanceof Promise) await settled(result);
    } catch (cause) {
      if (cause instanceof DiagnosticError) throw cause;
      const { reason, frames } = thrown(cause);
      raise("P7017", `the callback \`${name}\` failed: ${reason}`, {
        notes: frames,
        help: "mend it, and go on from the last checkpoint: `resume: true`, or `--resume`",
      });
    }
  }
}

const ofKind = new Map<string, "onPrune" | "onRegrow" | "onSlim">([
  ["prune", "onPrune"],
  ["regrow", "onRegrow"],
  ["restore", "onRegrow"],
  ["slim", "onSlim"],
]);

/** What a statement did, once the network stands as it left it. */
export async function watchEvent(session: Session, event: EventLogs): Promise<void> {
  const name = ofKind.get(event.kind);
  if (name !== undefined) await watch(session, name, event);
  await watch(session, "onEvent", event);
}

/** @throws DiagnosticError P7010 for what is no callback */
export function callbacksOption(value: unknown): readonly Callbacks[] {
  const all: readonly unknown[] = value === undefined || value === null ? [] : [value].flat();
  for (const one of all) {
    if (!isObject(one))
      raise("P7010", `\`callbacks\` are objects of functions, not ${show(one)}`, {
        help: "write `callbacks: { onEpochEnd(epoch, logs, network) { … } }`",
      });
    for (const name in one)
      if (name.startsWith("on") && !Object.hasOwn(known, name))
        raise("P7010", `there is no callback \`${name}\``, {
          help: `there are ${Object.keys(known).join(", ")}`,
        });
      else if (Object.hasOwn(known, name) && typeof one[name] !== "function" && one[name] !== undefined)
        raise("P7010", `the callback \`${name}\` is no function`);
  }
  return all as readonly Callbacks[];
}
