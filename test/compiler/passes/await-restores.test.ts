import { expect, test } from "vitest";
import type { StepIr } from "../../../core/ir/types.js";
import { namedNetwork } from "../../helpers/front-case.js";
import { phases, steps } from "../../helpers/front.js";

/** For each prune that dies latently, in written order: whether it awaits a restore. */
function awaiting(source: string, options: Parameters<typeof steps>[1] = {}): readonly boolean[] {
  const body: readonly StepIr[] = steps(source, options);
  const all = [...body.filter(({ kind }) => kind === "prune"), ...phases(body).flatMap(({ rules }) => rules)];
  return all.flatMap((one) => (one.kind === "prune" ? [one.awaitsRestore === true] : []));
}

const prune = "prune weights by magnitude below 0.1 latently every 10 steps";
const restore = "restore weights by magnitude above 0.2";

test.each([
  ["a restore beside it", `train 2 epochs { ${prune}; ${restore} }\nslim`, [true]],
  ["a restore that fires seldom", `train 9 epochs { ${prune}; ${restore} at epoch 8 }\nslim`, [true]],
  [
    "a restore written above it in the phase",
    `train 2 epochs { ${prune}; ${restore}; ${prune} }\nslim`,
    [true, true],
  ],
  ["a restore further down", `train 2 epochs { ${prune} }\n${restore}\nslim`, [true]],
  [
    "a restore that came before",
    `train 2 epochs { ${prune}; ${restore} }\ntrain 2 epochs { ${prune} }\nslim`,
    [true, false],
  ],
  [
    "a restore of the loop they share",
    `repeat 2 times { train 2 epochs { ${prune}; ${restore} }; train 2 epochs { ${prune} } }\nslim`,
    [true, true],
  ],
  ["no restore", `train 2 epochs { ${prune} }\nslim`, [false]],
  ["a ranking", `train 2 epochs { ${prune.replace("below 0.1", "30%")}; ${restore} }\nslim`, [false]],
])("%s", (_, source, expected) => expect(awaiting(source)).toEqual(expected));

test("a restore in other layers says nothing about it", () => {
  const source = `train 2 epochs { ${prune.replace("weights", "weights in conv*")}; ${restore.replace("weights", "weights in dense*")} }\nslim`;
  const network = namedNetwork("residual, identity");
  expect(awaiting(source, { network })).toEqual([false]);
  expect(awaiting(source.replace("dense*", "conv2d_2"), { network })).toEqual([true]);
});
