import { newMaskState } from "../../../core/masks/state.js";
import { measure } from "../../../core/masks/measure.js";
import type { DistillationIr } from "../../../core/ir/types.js";
import type { StatementIr } from "../../../core/ir/walk.js";
import type { Network } from "../../../core/network/types.js";
import { counted } from "../../plan/words.js";
import { safe } from "../text.js";

/** What a teacher adds to a phase: a forward pass of its own in every step. */
export interface TeacherCost {
  readonly text: string;
  readonly from: DistillationIr["from"];
  /** Of one example; of a mark at most so many, since what died before it is not counted. Null where its network is not known. */
  readonly macs: number | null;
  /** Weights that are held beside those that train, in bytes. */
  readonly bytes: number | null;
}

export function teacherCosts(
  all: readonly StatementIr[],
  network: Network | undefined,
  teachers: ReadonlyMap<string, Network>,
): readonly TeacherCost[] {
  return all.flatMap((train) => {
    if (train.kind !== "train" || train.distillation === undefined) return [];
    const { text, distillation } = train;
    const { from } = distillation;
    const teacher = typeof from === "object" && "network" in from ? teachers.get(from.network) : network;
    const whole = teacher && measure(teacher, newMaskState(teacher.channels.count));
    return [{ text, from, macs: whole?.macs ?? null, bytes: whole ? 4 * whole.params : null }];
  });
}

export function teacherLine({ text, from, macs, bytes }: TeacherCost): string {
  const most = typeof from === "object" && "mark" in from ? "at most " : "";
  const cost =
    macs === null || bytes === null
      ? ""
      : `, of ${most}${counted(macs, "MACs")} an example, and ${most}${counted(bytes, "bytes")} of weights`;
  return `${safe(text)}: one forward pass of its teacher more in every step${cost}`;
}
