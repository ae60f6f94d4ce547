import type { Alignment } from "../../../core/schedule/alignment.js";
import type { LatencyTable } from "../../../core/latency/table.js";
import type { Wanted } from "../../latency/wanted.js";
import type { HeldMasks } from "../../../core/masks/state.js";
import type { Network } from "../../../core/network/types.js";
import type { Backend, BackendOptions } from "../../backend/types.js";
import type { CheckpointStore } from "../../checkpoint/checkpoints.js";
import type { Masks } from "../../checkpoint/held-masks.js";
import type { OpenedData } from "../../data/types.js";
import type { LoadedModel, LoadOptions } from "../../model/from-parts.js";
import type { Report } from "../../report/types.js";
import type { Watcher } from "../../watch/types.js";
import type { Options } from "./options.js";
import type { Session } from "./session.js";

/** What a run asks of where it runs: a process of Node (`node.ts`), or a page or a worker (`runtime/browser/host.ts`). */
export interface Host {
  openBackend(options: BackendOptions): Promise<Backend>;
  /** Which counts of channels a backend computes fastest, measured where that is not known. */
  alignmentOf(backend: Backend): Promise<Alignment>;
  /** What is known of that without measuring. */
  knownAlignment(backend: Backend): Promise<Alignment | null>;
  /** Times of the layers of a network, measured where they are not known. @throws DiagnosticError P7024 on a backend that cannot be timed */
  latencyTable(backend: Backend, wanted: Wanted): Promise<LatencyTable>;

  /** Whether an option is a network in one of the forms that `loadModel` takes. */
  isNetwork(given: unknown): boolean;
  /** @throws DiagnosticError P50xx, P51xx */
  loadModel(given: unknown, options: LoadOptions): Promise<LoadedModel>;
  /** Data by a path or a name. @throws DiagnosticError P6xxx */
  openData(name: string, network: Network): Promise<OpenedData>;
  /** What lies beside the network given and holds weights of it at zero. */
  masksBeside(given: unknown, network: Network): Promise<HeldMasks | null>;
  /** What `load masks from` and `load weights from` read. */
  savedMasks(options: Options, path: string): Promise<Masks>;
  savedModel(options: Options, path: string): Promise<LoadedModel>;

  /** The whole name of a place for files. @throws DiagnosticError P7010 for an option that means nothing here */
  placeOf(option: "out" | "log" | "tensorboard", given: string): string;
  /** Takes the place of results and checkpoints; null where the options name none. @throws DiagnosticError P7005, P7014, P7015 */
  openOutput(options: Options): Promise<Output | null>;
  /** Those that write files as it runs. */
  watchers(session: Session, resumed: boolean): Promise<readonly Watcher[]>;
  /** Writes what there is so far where `save "path"` or, for null, the end of the run has it. @throws DiagnosticError P7005 */
  writeResults(session: Session, path: string | null, failed: string | null): Promise<Report>;
  /** What whoever ended a run is to do to go on. */
  readonly howToResume: string;

  /** For the report. */
  machine(): Omit<Report["timing"]["machine"], "tfjs">;
  /** The SHA-256 of all pieces, in hexadecimal digits. */
  digest(pieces: readonly Uint8Array[]): Promise<string>;
  /** Lets whatever else waits have its turn, such as the signal that ends the run. */
  turn(): Promise<void>;
}

/** The right to write into a place: two runs there would remove each other's checkpoints and mix their results. */
export interface Lock {
  /** Gives the place free, and takes it away where the lock made it and nothing was written. */
  release(): void;
}

export interface Output {
  readonly lock: Lock;
  readonly store: CheckpointStore;
}
