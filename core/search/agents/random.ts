import { randomStream } from "../../random.js";
import { whole, type AgentKind } from "../types.js";

/** Every value drawn evenly from the range: what any other agent has to beat. */
export const random: AgentKind = {
  args: { trials: whole(20) },
  counts: "trials",
  open: ({ seed, id, decisions }) => ({
    propose: (trial) => {
      const stream = randomStream(seed, "search random", id, trial);
      return decisions.map((_, i) => stream.uniform(i));
    },
    learn: () => undefined,
  }),
};
