import { raise } from "../../../core/diagnostics/create.js";
import { settle } from "../../../core/masks/hold.js";
import { newMaskState } from "../../../core/masks/state.js";
import { usualTemperature, type DistillationIr, type TrainIr } from "../../../core/ir/types.js";
import { whyNoTeacher } from "../../../core/network/teacher.js";
import type { Network } from "../../../core/network/types.js";
import type { ParameterStore } from "../../../core/parameters.js";
import { networkPieces } from "../../checkpoint/identity.js";
import { createExecutor } from "../../executor/index.js";
import type { Batch, Lesson } from "../../types.js";
import type { Session } from "../host/session.js";
import { markName } from "../steps/snapshots.js";

/** The network that a phase learns from beside its data. Nothing trains it; it is in memory as long as its phase. */
export interface Teacher {
  /** What it says of a batch, in inference mode. */
  lesson(batch: Batch): Lesson;
  /** Of topology and weights, of one that lies in a file: a run that is resumed learns from the same one. */
  readonly hash: string | null;
  dispose(): void;
}

/**
 * Null where the phase has none. `hash`: of the teacher that an earlier process of this phase had.
 * @throws DiagnosticError P4015 for one that reads or gives something else; P51xx for a file; P7002, P7007 for one that is not what it was
 */
export async function openTeacher(
  session: Session,
  { distillation }: TrainIr,
  hash: string | null,
): Promise<Teacher | null> {
  if (distillation === undefined) return null;
  const { from, temperature = usualTemperature, weight, beside } = distillation;
  const found = await find(session, from);
  if (hash !== null && found.hash !== hash)
    raise("P7002", "the checkpoint is of another run: the teacher changed since", {
      help: "undo the change, or begin anew with `--restart`",
    });
  const executor = createExecutor(found.network, found.parameters, session.backend, {
    seed: session.options.seed,
  });
  executor.upload();
  return {
    lesson: ({ inputs }) => ({ outputs: executor.logits(inputs), temperature, weight, beside }),
    hash: found.hash,
    dispose: () => executor.dispose(),
  };
}

interface Found {
  readonly network: Network;
  readonly parameters: ParameterStore;
  readonly hash: string | null;
}

function find(session: Session, from: DistillationIr["from"]): Found | Promise<Found> {
  if (from === "start") return asLoaded(session);
  return "mark" in from ? atMark(session, from.mark) : inFile(session, from.network);
}

/** The network as loaded, read again: a run that nobody learns from it need not hold it. */
async function asLoaded({ host, options, loaded, start }: Session): Promise<Found> {
  const { store } = await host.loadModel(options.network, { seed: options.seed });
  if ((await host.digest(networkPieces(loaded, store))) !== start.hash)
    raise("P7007", "the network is not what it was when the run began: nothing can learn from its start", {
      help: "leave the files of the network alone while a run reads them",
    });
  const held = options.masks ? await host.masksBeside(options.network, loaded) : null;
  if (held !== null) {
    const state = { ...newMaskState(loaded.channels.count), ...held };
    settle({ network: loaded, parameters: store, slots: new Map(), state });
  }
  return { network: loaded, parameters: store, hash: null };
}

function atMark({ snapshots }: Session, mark: string): Found {
  const teacher = snapshots.get(markName(mark))?.teacher;
  if (teacher !== undefined) return { ...teacher, hash: null };
  return raise("P7007", `the mark \`${mark}\` has not been reached`, {
    help: "learn from a moment that the program passes before, whose `mark` keeps it (`teaches: true`)",
  });
}

async function inFile(session: Session, path: string): Promise<Found> {
  const { network, store } = await session.host.savedModel(session.options, path);
  const why = whyNoTeacher(session.loaded, network);
  if (why !== null)
    raise("P4015", `\`${path}\` cannot teach this network`, {
      notes: [why],
      help: "a teacher reads the same inputs and tells the same classes apart",
    });
  return { network, parameters: store, hash: await session.host.digest(networkPieces(network, store)) };
}
