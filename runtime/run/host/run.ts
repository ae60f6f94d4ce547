import type { Run } from "../../helpers.js";
import { atStatement, eachAtStatement } from "../steps/at-statement.js";
import { require, until } from "../steps/conditions.js";
import { evaluate } from "../steps/evaluate.js";
import { finish, type RunResult } from "./finish.js";
import { harden } from "../steps/harden.js";
import { load } from "../steps/load.js";
import { layers, repeat } from "../steps/loops.js";
import { mark } from "../steps/mark.js";
import { prune } from "../steps/prune.js";
import { reinitialize } from "../steps/reinitialize.js";
import { regrow } from "../steps/regrow.js";
import { restore } from "../steps/restore.js";
import { rewind } from "../steps/rewind.js";
import { save } from "../steps/save.js";
import type { Session } from "./session.js";
import { shuffle } from "../steps/shuffle.js";
import { slim } from "../steps/slim.js";
import { train } from "../phase/train.js";

/** The run as hosts see it: what loops use, and how to end it early. */
export interface OpenRun extends Run {
  /** Ends the run at the next moment it can be resumed from, with a checkpoint and P7009. */
  interrupt(): void;
  finish(): Promise<RunResult>;
  /** All that the run consists of, for tests and hosts that look inside. Not to be written to. */
  readonly session: Session;
}

/** Every step of the language, one file each. */
export function makeRun(session: Session): OpenRun {
  return {
    session,
    train: (id, spec) => atStatement(id, () => train(session, id, spec)),
    prune: async (id, spec) => void (await atStatement(id, () => prune(session, id, spec))),
    regrow: async (id, spec) => void (await atStatement(id, () => regrow(session, id, spec))),
    restore: async (id, spec) => void (await atStatement(id, () => restore(session, id, spec))),
    slim: async (id) => void (await atStatement(id, () => slim(session, id))),
    evaluate: async (id, on = "test") => void (await atStatement(id, () => evaluate(session, id, on))),
    mark: async (id, name) => void (await atStatement(id, () => mark(session, id, name))),
    rewind: async (id, spec) => void (await atStatement(id, () => rewind(session, id, spec))),
    reinitialize: async (id, spec = {}) =>
      void (await atStatement(id, () => reinitialize(session, id, spec))),
    shuffle: async (id, spec = {}) => void (await atStatement(id, () => shuffle(session, id, spec))),
    harden: async (id, spec = {}) => void (await atStatement(id, () => harden(session, id, spec))),
    load: async (id, what, path, spec = {}) =>
      void (await atStatement(id, () => load(session, id, what, path, spec))),
    require: async (id, condition) => void (await atStatement(id, () => require(session, id, condition))),
    save: async (id, path) => void (await atStatement(id, () => save(session, id, path))),
    repeat: (id, times) => repeat(session, id, times),
    layers: (id, spec) => eachAtStatement(id, layers(session, spec)),
    until: (id, condition) => atStatement(id, () => until(session, condition)),
    finish: () => finish(session),
    interrupt: () => void (session.interrupted = true),
  };
}
