import { percent } from "../../report/numbers.js";
import type { LatencyFacts } from "../../report/types.js";

/** Shares of the time as loaded that are further apart than this are told. */
const FAR = 0.15;

/** Where the network takes another share of its time than its layers let foresee, and why, one sentence each. */
export function unforeseen(
  { predicted, measured, table }: LatencyFacts,
  standsDead: boolean,
): readonly string[] {
  if (measured === null) return [];
  const [foreseen, found] = [predicted.after / predicted.before, measured.after / measured.before];
  if (!(Math.abs(found - foreseen) > FAR)) return [];
  const said = `the network was foreseen to take ${percent(foreseen)} of its time and was measured to take ${percent(found)}`;
  return [
    said,
    standsDead
      ? "it still computes its dead units: `slim` takes them out"
      : `the times of its layers were measured on ${table.on}; what else the machine did falls on short work otherwise than on long`,
  ];
}
