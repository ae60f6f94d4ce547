import { latencyPrunes, readsLatency } from "../../../core/latency/asks.js";
import type { Ir } from "../../../core/ir/types.js";
import { steps } from "../../../core/ir/walk.js";
import { distinct, type Finding } from "./finding.js";

/** What is said by times of layers that nobody has measured. */
export const unknownLatency = ({ body }: Ir): readonly Finding[] => {
  const prunes = distinct(latencyPrunes(body));
  const others = distinct(steps(body).filter(readsLatency));
  const untimed = (id: number, what: string): Finding => ({
    code: "P3070",
    id,
    message: `the layers have not been timed here, so that ${what}`,
    help: "time them: `espalier check --measure`, which takes some seconds; `espalier run` does so itself",
  });
  return [
    ...prunes.map(({ id }) => untimed(id, "the counts are not planned")),
    ...others.map(({ id }) => untimed(id, "whether this holds is not known")),
  ];
};
