import { counted, grouped } from "../../plan/words.js";
import { hanging, indent } from "../text.js";
import type { CheckFacts } from "./facts.js";

type Phase = CheckFacts["phases"][number];

/** Every phase with its length; those of a repeat that last alike together. Events speak of their numbers. */
export function phaseLines({ phases }: CheckFacts, columns: number): string[] {
  const alike = new Map<string, number[]>();
  phases.forEach(({ id, epochs, stepsPerEpoch, trainsWith }, i) => {
    const key = `${id} ${epochs} ${stepsPerEpoch} ${trainsWith}`;
    const known = alike.get(key);
    if (known === undefined) alike.set(key, [i]);
    else known.push(i);
  });
  return [...alike.values()].flatMap((places) => {
    const phase = phases[places[0] ?? 0];
    if (phase === undefined) return [];
    const body = lengthOf(phase, places.length);
    if (phases.length === 1) return indent(body, columns);
    const numbers = phaseNumbers(places.map((place) => place + 1));
    return numbers.length <= 16 ? hanging(numbers, body, columns) : indent(`${numbers}: ${body}`, columns);
  });
}

function lengthOf({ text, epochs, stepsPerEpoch, trainsWith }: Phase, times: number): string {
  // The training that rules imply has no length in its text, that of a method may have a parameter there.
  const told = /^(train|finetune) \d/.test(text) || !Number.isInteger(epochs) || epochs === 0;
  const length = text === "train" ? ` ${counted(epochs, "epochs")}` : ` (${counted(epochs, "epochs")})`;
  const often = times > 1 ? `, ${counted(times, "times")}` : "";
  const optimizer = trainsWith === null ? "" : `, with ${trainsWith}`;
  const what = `${text}${told ? "" : length}${often}${optimizer}`;
  if (stepsPerEpoch === null) return what;
  const steps = `${counted(Math.round(epochs * stepsPerEpoch), "steps")}${times > 1 ? " each" : ""}`;
  return `${what}: ${steps}, ${grouped(stepsPerEpoch)} to an epoch`;
}

/** "3", "2 to 6", "1, 3, … 39", and where they follow no pattern all of them. Ascending. */
export function phaseNumbers(numbers: readonly number[]): string {
  const [first = 0, second] = numbers;
  const last = numbers.at(-1) ?? first;
  if (second === undefined) return grouped(first);
  const apart = second - first;
  const regular = numbers.every((number, i) => number === first + i * apart);
  if (!regular) return numbers.map(grouped).join(", ");
  if (apart === 1)
    return numbers.length === 2 ? `${first}, ${second}` : `${grouped(first)} to ${grouped(last)}`;
  return `${grouped(first)}, ${grouped(second)}${numbers.length > 2 ? `, … ${grouped(last)}` : ""}`;
}
