import { timedCalls, type TimedCall } from "../../core/latency/calls.js";
import type { LatencyTable } from "../../core/latency/table.js";
import type { Network } from "../../core/network/types.js";

/** A table in which a call takes what a function of its channels says, and the network besides so much. */
export function tableOf(
  network: Network,
  time: (call: TimedCall, read: number, made: number) => number,
  besides = 0,
): LatencyTable {
  const calls = timedCalls(network);
  const rows = calls.map((call) => ({
    key: call.key,
    layer: call.layer.path,
    in: call.in,
    out: call.out,
    ms: call.in.flatMap((read) => call.out.map((made) => time(call, read, made))),
  }));
  const sum = rows.reduce((all, { ms }) => all + (ms.at(-1) ?? 0), 0);
  return {
    latency: 1,
    espalier: "test",
    backend: "wasm",
    on: "a clock that nobody waits for",
    machine: { cpu: "none", cores: 1 },
    batch: 1,
    wholes: [{ kept: 1, ms: sum + besides }],
    rows,
  };
}

/** Milliseconds: `weight` for each product of a channel read and one made, of convolutions and dense layers alone. */
export const byProducts =
  (weight: (path: string) => number) =>
  ({ layer }: TimedCall, read: number, made: number): number =>
    /^(?:Conv2D|Dense)$/.test(layer.className) ? weight(layer.path) * read * made : 0;
