import type { Network } from "../../core/network/types.js";
import { raise } from "../../core/diagnostics/create.js";
import type { Session } from "../run/host/session.js";
import type { ParameterStore } from "../../core/parameters.js";
import type { Identity } from "./schema.js";

/** What a run is of. Two runs of the same identity give the same bytes on the same backend. */
export function identityOf({ options, start, data }: Pick<Session, "options" | "start" | "data">): Identity {
  return {
    program: options.program,
    network: start.hash,
    data: data === null ? "" : JSON.stringify(data.describe()),
    seed: options.seed,
    batch: options.batch,
    epochs: options.epochs,
  };
}

/** What the hash of a network is over: its topology and weights as loaded. */
export function networkPieces(network: Network, parameters: ParameterStore): readonly Uint8Array[] {
  const text = (value: string): Uint8Array => new TextEncoder().encode(value);
  return [
    text(JSON.stringify(network.topology)),
    ...[...parameters].flatMap(([key, { data }]) => [
      text(key),
      new Uint8Array(data.buffer, data.byteOffset, data.byteLength),
    ]),
  ];
}

const words: readonly (readonly [keyof Identity, string])[] = [
  ["program", "the program"],
  ["network", "the network"],
  ["data", "the data"],
  ["seed", "the seed"],
  ["batch", "the batch size"],
  ["epochs", "the number of epochs"],
];

/**
 * `beginning`: what the checkpoint's program may be instead, a beginning that programs have in common.
 * @throws DiagnosticError P7002, saying what changed
 */
export function checkIdentity(stored: Identity, now: Identity, beginning: string | null = null): void {
  const isBeginning = beginning !== null && stored.program === beginning;
  const changed = words.filter(([key]) => stored[key] !== now[key] && !(key === "program" && isBeginning));
  if (changed.length === 0) return;
  const list = changed.map(([, word]) => word).join(", ");
  const notes = changed
    .filter(([key]) => key !== "data")
    .map(([key, word]) => `${word} was ${shown(stored[key])} then and is ${shown(now[key])} now`);
  raise("P7002", `the checkpoint is of another run: ${list} changed since`, {
    notes,
    help: "undo the change, or begin anew with `--restart`",
  });
}

const shown = (value: string | number | null): string => String(value).slice(0, 16);
