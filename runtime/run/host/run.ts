import type { Run } from "../../helpers.js";
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
    train: (id, spec) => train(session, id, spec),
    prune: async (id, spec) => void (await prune(session, id, spec)),
    regrow: async (id, spec) => void (await regrow(session, id, spec)),
    restore: async (id, spec) => void (await restore(session, id, spec)),
    slim: async (id) => void (await slim(session, id)),
    evaluate: async (id, on = "test") => void (await evaluate(session, id, on)),
    mark: async (id, name) => void (await mark(session, id, name)),
    rewind: async (id, spec) => void (await rewind(session, id, spec)),
    reinitialize: async (id, spec = {}) => void (await reinitialize(session, id, spec)),
    shuffle: async (id, spec = {}) => void (await shuffle(session, id, spec)),
    harden: async (id, spec = {}) => void (await harden(session, id, spec)),
    load: async (id, what, path, spec = {}) => void (await load(session, id, what, path, spec)),
    require: async (id, condition) => void (await require(session, id, condition)),
    save: async (id, path) => void (await save(session, id, path)),
    repeat: (id, times) => repeat(session, id, times),
    layers: (_id, spec) => layers(session, spec),
    until: (_id, condition) => until(session, condition),
    finish: () => finish(session),
    interrupt: () => void (session.interrupted = true),
  };
}
