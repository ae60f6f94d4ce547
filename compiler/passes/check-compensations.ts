import {
  asOneSystem,
  mayLose,
  tooMuchWork,
  type MayLose,
  type Solving,
} from "../../core/compensate/limits.js";
import type { StatementPart } from "../../core/ir/spans.js";
import type { PruneIr } from "../../core/ir/types.js";
import { readIn, statements } from "../../core/ir/walk.js";
import type { Network } from "../../core/network/types.js";
import { reportAt } from "./report-at.js";
import type { FrontState } from "./state.js";

/**
 * Checks what is worked out from what layers read: weights that make up for those that go, and scores by inverse Hessians and by what
 * units give to the layers that read them. It takes layers that are products of their kernels, and not too wide ones.
 */
export function checkCompensations(state: FrontState): FrontState {
  const { network } = state.options;
  const seen = new Set<number>();
  for (const statement of statements(state.body)) {
    if (statement.kind !== "prune" || seen.has(statement.id)) continue;
    const { id, regrow, layers: paths, compensating } = statement;
    seen.add(id);
    if (compensating !== undefined && regrow !== undefined) {
      const message = "what comes back in the same event is not what the others made up for";
      reportAt(state, regrow.id, "word", "P3026", message, {
        help: "leave the regrow out, or leave `compensating by …` out",
      });
    }
    // Of the turns of a loop only the run knows the layers.
    if (network !== undefined && paths !== undefined) checkLayers(statement, paths, network, state);
  }
  return state;
}

function checkLayers(
  statement: PruneIr,
  paths: readonly string[],
  network: Network,
  state: FrontState,
): void {
  const { id, compensating } = statement;
  const read = readIn(statement);
  const weighs = read.includes("greedy-order") || read.includes("lasso-path");
  const told = (message: string, part: StatementPart, layers: readonly MayLose[], help: string) => {
    const named = layers.slice(0, 6).map(({ path }) => `\`${path}\``);
    reportAt(state, id, part, "P4014", message, { notes: [`these: ${named.join(", ")}`], help });
  };
  const checkWork = (solving: Solving, part: StatementPart, layers: readonly MayLose[]) => {
    for (const { path, systems } of layers) {
      const refused = systems && tooMuchWork(solving, path, systems);
      if (refused) reportAt(state, id, part, "P4013", refused.message, { help: refused.help });
    }
  };
  const known = "dense layers and convolutions can, ungrouped and with channels last";
  if (read.includes("hinv")) {
    const scored = mayLose(network, { ...statement, structure: "weights" }, paths);
    const without = scored.filter(({ systems }) => systems === null);
    if (without.length > 0)
      told(
        "some of the layers have no Hessian of their own",
        "criterion",
        without,
        `${known}: leave the others out`,
      );
    checkWork("the Hessian of", "criterion", scored);
  }
  if (!weighs && compensating === undefined) return;
  const losing = mayLose(network, statement, paths);
  const isBarred = losing.length > 0 && losing.every(({ systems }) => systems === null);
  if (weighs) {
    if (isBarred)
      told(
        "nothing that reads these units tells what they give to it",
        "criterion",
        losing,
        `${known}: score what these read`,
      );
    checkWork("weighing what goes into", "criterion", losing);
  }
  if (compensating === undefined) return;
  if (isBarred)
    told(
      "no layer that loses weights here can be re-fitted",
      "compensating",
      losing,
      `${known}: select what these read, or leave \`compensating by …\` out`,
    );
  checkWork("re-fitting", "compensating", "own" in compensating ? losing.map(asOneSystem) : losing);
}
