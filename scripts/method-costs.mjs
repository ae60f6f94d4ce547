// What `node bench/run.mjs methods` measured of each method beside plain training, in words.
import { existsSync, readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";

const results = fileURLToPath(new URL("../bench/results/methods.json", import.meta.url));

/** The rows of bench/results/methods.json; none where nothing was measured. */
export const costRows = () => (existsSync(results) ? JSON.parse(readFileSync(results, "utf8")).rows : []);

/** Steps and memory of a method as plain training has them, for a cell: "1.37 ×, prune 2.4 steps, memory 1.3 ×". */
export function costCell(row) {
  if (row === undefined) return "";
  const event = heaviest(row.events);
  return [
    [spanOf(Object.values(row.phases)), ...dearest(row)].join(" "),
    ...(event === undefined || event[1] < 0.05 ? [] : [`${event[0]} ${short(event[1])} steps`]),
    `memory ${times(row.held)}, tensors ${times(row.tensors)}`,
  ]
    .filter((part) => part !== "")
    .join("; ");
}

/** The same with what it is of, in lines; `source` is the program. */
export function costLines(row, source) {
  if (row === undefined) return [];
  const phases = Object.entries(row.phases).map(([text, ratio]) => {
    const parts = partsOf(row.beyond?.[text] ?? {}).map(([part, more]) => `${part} ${more.toFixed(2)}`);
    return `\`${text}\` ${times(ratio)}${parts.length > 0 ? `, beyond plain training: ${parts.join(", ")}` : ""}`;
  });
  const events = Object.entries(row.events)
    .filter(([, steps]) => steps >= 0.05)
    .map(([kind, steps]) => `${kind} ${short(steps)}`);
  const beside = inEachStep(source);
  const slow = Object.values(row.phases).some((ratio) => ratio >= 1.1);
  return [
    `cost: ${[
      ...(phases.length > 0
        ? [
            `a step of ${phases.join(", of ")}${slow && beside.length > 0 ? ` (beside in each step: ${beside.join(", ")})` : ""}`,
          ]
        : []),
      ...(events.length > 0 ? [`events in steps of plain training: ${events.join(", ")}`] : []),
      `weights, masks and state ${times(row.held)}, tensors at most ${times(row.tensors)}`,
    ].join("; ")}`,
  ];
}

/** What a step of a phase takes beyond one of plain training, by its parts, the most first; what is less than a twentieth is left out. */
const partsOf = (beyond) =>
  Object.entries(beyond)
    .filter(([, more]) => more >= 0.05)
    .sort(([, a], [, b]) => b - a);

/** The part of a step that most of what is beyond plain training goes to, in the phase that costs most; none where steps are hardly dearer than those of plain training. */
function dearest({ phases, beyond = {} }) {
  const [most] = Object.entries(phases).sort(([, a], [, b]) => b - a);
  return partsOf(beyond[most?.[0]] ?? {})
    .slice(0, 1)
    .map(([part, more]) => `(${more.toFixed(2)} of it for ${part})`);
}

/** The sentences of a program that act in every step. */
const inEachStep = (source) =>
  source
    .split("\n")
    .map((line) => line.trim())
    .filter((line) =>
      /^(learn masks|penalize|update only|pull)\b|\bover training\b|\bevery (1 )?steps?\b/.test(line),
    )
    .map((line) => `\`${line}\``);

const heaviest = (events) => Object.entries(events).sort(([, a], [, b]) => b - a)[0];

function spanOf(ratios) {
  if (ratios.length === 0) return "";
  const [least, most] = [times(Math.min(...ratios)), times(Math.max(...ratios))];
  return least === most ? most : `${least} to ${most}`;
}

const times = (ratio) => `${ratio.toFixed(2)} ×`;
const short = (value) => (value < 10 ? value.toFixed(1) : value.toFixed(0));
