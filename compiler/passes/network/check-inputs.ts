import { layerFamily } from "../../../core/network/layers/index.js";
import type { StructureName } from "../../../core/units/candidates.js";
import type { RuleIr, StepIr } from "../../../core/ir/types.js";
import type { Network } from "../../../core/network/types.js";
import { reportAt } from "../report-at.js";
import type { FrontState } from "../state.js";
import { readIn } from "../../../core/ir/walk.js";

/** Scores that meet weights with what they read, in layers that read their own states: those are seen by nobody outside. */
export function checkInputs(
  statement: StepIr | RuleIr,
  structure: StructureName,
  layers: readonly number[],
  network: Network,
  state: FrontState,
): void {
  if (structure === "channels" || !readIn(statement).includes("x")) return;
  const recurrent = layers.flatMap((index) => {
    const layer = network.layers[index];
    return layer !== undefined && layerFamily(layer) === "recurrent" ? [layer.path] : [];
  });
  const [path] = recurrent;
  if (path === undefined) return;
  reportAt(state, statement.id, "criterion", "P4011", `what \`${path}\` reads is not known as a whole`, {
    label: "`x` is the input of a layer, and this one reads its own states besides",
    help: `leave recurrent layers out (\`except ${recurrent.join(", ")}\`), or score by \`w\`, \`g\` or \`a\``,
  });
}
