import { isCounted, keepsLimits, limitsOf, type Limit } from "../../core/choose/budget.js";
import { evaluate } from "../../core/expr/evaluate.js";
import { milliseconds, sizeTitles, type Measure } from "../../core/ir/sizes.js";
import type { Ir, SearchIr, StepIr, ValueIr } from "../../core/ir/types.js";
import { bodyOf, steps } from "../../core/ir/walk.js";
import type { LatencyModel } from "../../core/latency/model.js";
import type { Network } from "../../core/network/types.js";
import type { Simulation } from "./dry-run.js";
import type { Finding } from "./lints/finding.js";
import { counted } from "./words.js";

/** Values of a range at which its block is gone through: sizes that hang on the variable in one direction have their least at an end. */
const looks = [1, 0, 0.5];

/** Searches of which no value keeps the limits. `run` is a dry run with these variables known. */
export function beyondLimits(
  { body }: Ir,
  network: Network,
  times: LatencyModel | null,
  run: (body: readonly StepIr[], names: ReadonlyMap<string, number>) => Simulation,
): readonly Finding[] {
  return steps(body).flatMap((search): readonly Finding[] => {
    if (search.kind !== "search" || search.within === undefined) return [];
    const limits = limitsOf(search.within.filter(isCounted), { original: network, times }, plainly);
    const unknown = ({ measure, most }: Limit): boolean =>
      !Number.isFinite(most) || (measure === "latency" && times === null);
    if (limits.length === 0 || limits.some(unknown)) return [];
    const found: Measure[] = [];
    for (const at of looks) {
      const names = new Map([[search.as, search.from + at * (search.to - search.from)]]);
      const { requirements } = run(fixed(body, search), names);
      const least = requirements
        .filter(({ statement }) => statement.id === search.id)
        .map((one) => one.least);
      // What is not sure to be reached, or keeps the limits somewhere, is no mistake.
      if (least.length === 0 || least.some((size) => keepsLimits(size, limits))) return [];
      found.push(...least);
    }
    const broken = limits.find((limit) => found.every((size) => !keepsLimits(size, [limit]))) ?? limits[0];
    if (broken === undefined) return [];
    const left = Math.min(...found.map((size) => size[broken.measure]));
    return [
      {
        code: "P3057",
        id: search.id,
        message: `no value of \`${search.as}\` keeps the limits of this search`,
        label:
          broken.measure === "latency"
            ? `${milliseconds(left)} are left at least, and ${milliseconds(broken.most)} are allowed`
            : `${counted(left, sizeTitles[broken.measure])} are left at least, and ${counted(Math.floor(broken.most), sizeTitles[broken.measure])} are allowed`,
        help: "widen the range, or raise the limit",
      },
    ];
  });
}

const plainly = {
  value: (value: ValueIr): number =>
    typeof value === "object" && "moving" in value ? NaN : (evaluate(value, new Map()) ?? NaN),
};

/** The program with the block of a search in its place, once, and a look at the sizes behind it. */
function fixed(body: readonly StepIr[], search: SearchIr): readonly StepIr[] {
  const { id, text } = search;
  const look: StepIr = { kind: "require", id, text, condition: 1 };
  return body.map((step): StepIr => {
    if (step === search) return { kind: "repeat", id, text, times: 1, body: [...search.body, look] };
    return bodyOf(step).length === 0 ? step : ({ ...step, body: fixed(bodyOf(step), search) } as StepIr);
  });
}
