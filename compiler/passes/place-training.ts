import type { TrainStatement } from "../../grammar/ast.js";
import { isDeclaration, isPairing, isRule } from "./lower-statements.js";
import { reject } from "./lowering.js";
import { flatten, holdsTraining, type FrontState, type TimelineNode } from "./state.js";

/** Puts the one training that rules without `train` imply where it happens: before the first step below a rule, else at the end. */
export function placeTraining(state: FrontState): FrontState {
  const timeline = flatten(state.timeline);
  const first = timeline.findIndex((node) => isRule(node.statement));
  if (first < 0 || holdsTraining(timeline)) return { ...state, timeline };
  const isStep = (node: TimelineNode, index: number): boolean =>
    !isDeclaration(node.statement) &&
    !isRule(node.statement) &&
    !(isPairing(node.statement) && pruneRuleAbove(timeline, index) !== undefined);
  const at = timeline.findIndex((node, index) => index > first && isStep(node, index));
  const rule = timeline[first];
  if (rule === undefined) return state;
  const { epochs } = state.options;
  if (epochs === undefined) {
    const { scope, statement } = rule;
    reject({ ...state, scope }, "P3003", "nothing says how long to train", statement.word, {
      label: "this acts while the network trains",
      help: "give `--epochs 20`, or write `train 20 epochs { … }` around the rules",
    });
    return { ...state, timeline };
  }
  const training = implicitTraining(rule, epochs);
  const place = at < 0 ? timeline.length : at;
  return { ...state, timeline: [...timeline.slice(0, place), training, ...timeline.slice(place)] };
}

function implicitTraining(rule: TimelineNode, epochs: number): TimelineNode {
  const span = rule.statement.span;
  const statement: TrainStatement = {
    kind: "train",
    finetune: false,
    length: { kind: "duration", value: epochs, raw: `${epochs} epochs`, unit: "epochs", counted: true, span },
    span,
    word: rule.statement.word,
  };
  return { statement, scope: rule.scope, body: [], calls: rule.calls, implicit: true };
}

/** The nearest prune rule above a place in the same block. */
function pruneRuleAbove(nodes: readonly TimelineNode[], index: number): TimelineNode | undefined {
  return nodes.slice(0, index).findLast((node) => node.statement.kind === "prune" && isRule(node.statement));
}
