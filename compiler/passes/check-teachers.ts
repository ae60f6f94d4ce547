import { steps } from "../../core/ir/walk.js";
import { whyNoTeacher } from "../../core/network/teacher.js";
import { reportAt } from "./report-at.js";
import type { FrontState } from "./state.js";

/** Teachers that lie in files against the network that learns from them. */
export function checkTeachers(state: FrontState): FrontState {
  const { network, teachers } = state.options;
  for (const step of network ? steps(state.body) : []) {
    const from = step.kind === "train" ? step.distillation?.from : undefined;
    if (network === undefined || typeof from !== "object" || !("network" in from)) continue;
    const teacher = teachers?.get(from.network);
    const why = teacher ? whyNoTeacher(network, teacher) : null;
    if (why === null) continue;
    reportAt(state, step.id, "loss", "P4015", `\`${from.network}\` cannot teach this network`, {
      notes: [why],
      help: "a teacher reads the same inputs and tells the same classes apart",
    });
  }
  return state;
}
