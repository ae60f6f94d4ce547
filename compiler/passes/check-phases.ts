import type { TrainIr } from "../../core/ir/types.js";
import { steps } from "../../core/ir/walk.js";
import { counted } from "../../core/ir/words.js";
import { imagesOf } from "../../core/network/images.js";
import { whyNoTeacher } from "../../core/network/teacher.js";
import type { Network } from "../../core/network/types.js";
import { reportAt } from "./report-at.js";
import type { FrontState } from "./state.js";

/** Phases against the network that they train: its classes, who teaches them, the images that they alter. */
export function checkPhases(state: FrontState): FrontState {
  const { network } = state.options;
  if (network === undefined) return state;
  for (const step of steps(state.body)) {
    if (step.kind !== "train") continue;
    checkClasses(step, network, state);
    checkTeacher(step, network, state);
    checkImages(step, network, state);
  }
  return state;
}

function checkClasses({ id, loss }: TrainIr, { outputs, tensors }: Network, state: FrontState): void {
  if (typeof loss !== "object" || loss.name !== "cross-entropy") return;
  const weights = loss.args["class-weights"];
  if (!Array.isArray(weights)) return;
  const units = outputs.map((output) => tensors[output]?.shape.at(-1));
  const other = units.find((classes) => weights.length !== classes);
  if (typeof other !== "number") return;
  const message = `\`class-weights\` lists ${counted(weights.length, "numbers")}, the network's output tells ${counted(other, "classes")} apart`;
  reportAt(state, id, "loss", "P5154", message);
}

/** Teachers that lie in files. */
function checkTeacher({ id, distillation }: TrainIr, network: Network, state: FrontState): void {
  const from = distillation?.from;
  if (typeof from !== "object" || !("network" in from)) return;
  const teacher = state.options.teachers?.get(from.network);
  const why = teacher ? whyNoTeacher(network, teacher) : null;
  if (why === null) return;
  reportAt(state, id, "loss", "P4015", `\`${from.network}\` cannot teach this network`, {
    notes: [why],
    help: "a teacher reads the same inputs and tells the same classes apart",
  });
}

function checkImages({ id, augment }: TrainIr, network: Network, state: FrontState): void {
  if (augment === undefined) return;
  const images = imagesOf(network, Object.keys(augment));
  if ("why" in images) {
    const { why, help } = images;
    const message = "there are no images that could be altered";
    return reportAt(state, id, "augment", "P4012", message, { notes: [why], help });
  }
  const { shift } = augment;
  const sides = network.tensors[network.inputs[images.input] ?? 0]?.shape.slice(1, 3) ?? [];
  const known = sides.filter((side) => side !== null);
  if (shift === undefined || known.length !== 2 || known.some((side) => Math.round(shift * side) !== 0))
    return;
  const message = `\`shift\` moves images of ${known.join(" × ")} by less than half a pixel`;
  reportAt(state, id, "augment", "P3029", message);
}
