import type { RepeatSpec, Run, SearchSpec, SelectionSpec } from "../../helpers.js";
import { selectionIr } from "../../statements.js";
import { minimize, train } from "../phase/train.js";
import { finish, save, type RunResult } from "../report/results.js";
import { evaluate, require, until } from "../steps/conditions.js";
import { call } from "../steps/call.js";
import { prune, regrow, restore } from "../steps/events.js";
import { load } from "../steps/load.js";
import { harden, invert, reinitialize, shuffle } from "../steps/masks.js";
import { quantize } from "../steps/quantize.js";
import { recalibrate } from "../steps/recalibrate.js";
import { search } from "../steps/search.js";
import { selectLayers } from "../steps/select-layers.js";
import { slim } from "../steps/slim.js";
import { mark, rewind } from "../steps/snapshots.js";
import { atStatement, once, step } from "../steps/step.js";
import { goesOn } from "../steps/while.js";
import type { Loop, Session } from "./session.js";

/** The run as hosts see it: what loops use, and how to end it early. */
export interface OpenRun extends Run {
  /** Ends the run at the next moment it can be resumed from, with a checkpoint and P7009. */
  interrupt(): void;
  /**
   * Ends the phase under way after this step as if it had been said to be no longer, and what is under way with P7009. What was trained
   * stays.
   */
  stop(): void;
  finish(): Promise<RunResult>;
  /** All that the run consists of, for tests and hosts that look inside. Not to be written to. */
  readonly session: Session;
}

/** Every statement of the language. */
export function makeRun(session: Session): OpenRun {
  const onLast = new Set<number>();
  return {
    session,
    train: (id, spec) => atStatement(id, () => train(session, id, spec)),
    prune: step(session, { kind: "prune", changes: true, act: prune }),
    regrow: step(session, { kind: "regrow", changes: true, act: regrow }),
    restore: step(session, { kind: "restore", changes: true, act: restore }),
    slim: step(session, { kind: "slim", changes: true, act: slim }),
    evaluate: step(session, { kind: "evaluate", changes: false, act: evaluate }),
    mark: step(session, { kind: "mark", changes: false, act: mark }),
    rewind: step(session, { kind: "rewind", changes: true, act: rewind }),
    reinitialize: step(session, { kind: "reinitialize", changes: true, act: reinitialize }),
    recalibrate: step(session, { kind: "recalibrate", changes: true, act: recalibrate }),
    shuffle: step(session, { kind: "shuffle", changes: true, act: shuffle }),
    invert: step(session, { kind: "invert", changes: true, act: invert }),
    harden: step(session, { kind: "harden", changes: true, act: harden }),
    quantize: step(session, { kind: "quantize", changes: true, act: quantize }),
    load: step(session, { kind: "load", changes: true, act: load }),
    require: step(session, { kind: "require", changes: false, act: require }),
    call: step(session, { kind: "call", changes: true, act: call }),
    save: step(session, { kind: "save", changes: false, act: save }),
    repeat: (id, times, spec) => repeat(session, id, times, spec),
    search: ((id: number, spec: SearchSpec) => search(session, id, spec)) as Run["search"],
    layers: (id, spec) => layers(session, id, spec, onLast),
    isLastLayer: (id) => onLast.has(id),
    until: (id, condition) => until(session, id, condition),
    finish: () => finish(session),
    interrupt: () => void (session.interrupted = true),
    stop: () => void (session.stopped = true),
  };
}

/** Counts 1 … `times`. Moving values without a window move over the passes of the innermost one. */
async function* repeat(
  session: Session,
  id: number,
  times: number,
  { while: condition }: RepeatSpec = {},
): AsyncGenerator<number> {
  const loop: Loop = { id, pass: 0, times, while: condition };
  session.repeats.push(loop);
  try {
    for (;;) {
      const { losses } = session;
      if (loop.pass > 0) yield loop.pass;
      if (condition !== undefined && !(await goesOn(session, loop, condition)))
        return minimize(session, losses);
      if (++loop.pass > times) return;
    }
  } finally {
    session.repeats.splice(session.repeats.indexOf(loop), 1);
  }
}

/** Paths of the layers selected, in network order, as the network stands when the loop begins. `onLast`: ids of loops at their last. */
async function* layers(
  session: Session,
  id: number,
  spec: SelectionSpec,
  onLast: Set<number>,
): AsyncGenerator<string> {
  const { loaded, network } = session;
  const withKernels = new Set(network.layers.filter(({ ordinal }) => ordinal > 0).map(({ path }) => path));
  const paths = await once<readonly string[]>(session, {
    id,
    changes: false,
    act: () => selectLayers(loaded, selectionIr(spec), null).filter((path) => withKernels.has(path)),
    isResult: (value) => Array.isArray(value) && value.every((path) => typeof path === "string"),
  });
  onLast.delete(id);
  for (const [index, path] of paths.entries()) {
    if (index === paths.length - 1) onLast.add(id);
    yield path;
  }
}
