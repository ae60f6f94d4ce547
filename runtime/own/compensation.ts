import type { OwnRefit } from "../../core/compensate/own.js";
import type { OwnArguments } from "../../core/expr/own.js";
import { counted } from "../../core/ir/words.js";
import { settled } from "../settled.js";
import { toolkit } from "../toolkit.js";
import { thrown } from "../user-code.js";
import { blame, numbersOf } from "./call.js";
import type { OwnOfProgram } from "./functions.js";

/**
 * The weights that a compensation in JavaScript gives a layer, of which those count that may change.
 * @throws DiagnosticError P7019 for what it throws, or promises and does not keep, and for anything but a number for every weight
 */
export async function refitted(
  own: OwnOfProgram,
  { about, values }: OwnRefit,
  given: OwnArguments,
): Promise<ArrayLike<number>> {
  const { layer, rows, outputs } = about;
  // What may change is kept beside: whoever wrote it may write into what it is given.
  const free = values.free.slice();
  // Whoever wrote it may have been told nothing of its types.
  const compute = own.compute as (...given: readonly unknown[]) => unknown;
  const args = { ...own.takes, ...given };
  let found: unknown;
  try {
    found = await settled(Promise.resolve(compute(values, { ...about, args, tf: toolkit.tf })), own.seconds);
  } catch (cause) {
    const { reason, frames } = thrown(cause);
    return blame(own, `failed: ${reason}`, frames);
  }
  const wanted = `layer \`${layer}\` wants ${rows} rows of ${counted(outputs, "numbers")}`;
  const numbers = numbersOf(own, found, [wanted]);
  if (numbers.length !== rows * outputs)
    return blame(
      own,
      `gives ${counted(numbers.length, "numbers")} for ${counted(rows * outputs, "weights")}`,
      [wanted],
    );
  return Float32Array.from(free, (open, at) => {
    if (open === 0) return 0;
    const given = numbers[at];
    const value = Math.fround(typeof given === "number" ? given : NaN);
    if (Number.isFinite(value)) return value;
    const [row, output] = [Math.floor(at / outputs), at % outputs];
    return blame(
      own,
      Number.isNaN(value) ? "gives what is not a number" : "gives infinity",
      [`for row ${row} of output ${output} of layer \`${layer}\`, which may change`],
      "keep logarithms, roots and divisions away from 0",
    );
  });
}
