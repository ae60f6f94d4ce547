import type { Ir, StepIr } from "../../core/ir/types.js";
import { Timeline } from "./timeline.js";
import { simulatePhase } from "./phase.js";
import { act } from "./act.js";
import type { DataFacts, Simulation } from "./simulation.js";
import type { World } from "./world.js";
import { numberAt, type Moment } from "./value.js";

/** Runs a program without its network's values: every event in order, with what can be known of its effect. */
export function simulate(ir: Ir, world: World, data: DataFacts): Simulation {
  const timeline = new Timeline(world, data);
  const last = lastTraining(ir.body);
  steps(ir.body, { names: new Map() }, new Map(), timeline, last);
  return timeline.finish();
}

function steps(
  body: readonly StepIr[],
  moment: Moment,
  variables: ReadonlyMap<string, string>,
  timeline: Timeline,
  last: StepIr | null,
): void {
  for (const step of body) {
    if (timeline.full) return;
    timeline.follow();
    switch (step.kind) {
      case "train":
        simulatePhase(step, moment, variables, timeline, step === last && isLastPass(moment));
        break;
      case "repeat": {
        const times = Math.max(0, Math.round(numberAt(step.times, moment) ?? 1));
        timeline.enter();
        for (let i = 1; i <= times && !timeline.full; i++) {
          timeline.follow();
          const names = step.as === undefined ? moment.names : new Map([...moment.names, [step.as, i]]);
          const more = moment.more === true || i < times;
          steps(step.body, { names, pass: { i, times }, more }, variables, timeline, last);
          if (step.until !== undefined && i < times) timeline.mayLeave();
        }
        timeline.leave();
        break;
      }
      case "for-each": {
        const layers = timeline.world.layers(step.selection);
        const known = layers ?? ["*"];
        known.forEach((layer, i) => {
          const inner = layers === null ? variables : new Map([...variables, [step.as, layer]]);
          const more = moment.more === true || i < known.length - 1;
          if (!timeline.full) steps(step.body, { ...moment, more }, inner, timeline, last);
        });
        break;
      }
      default:
        act(step, moment, variables, timeline, null);
    }
  }
}

const isLastPass = (moment: Moment): boolean => moment.more !== true;

/** The training after which none can come: the last one of the program, loops entered. */
function lastTraining(body: readonly StepIr[]): StepIr | null {
  for (const step of [...body].reverse()) {
    if (step.kind === "train") return step;
    if (step.kind === "repeat" || step.kind === "for-each") {
      const inner = lastTraining(step.body);
      if (inner !== null) return inner;
    }
  }
  return null;
}
