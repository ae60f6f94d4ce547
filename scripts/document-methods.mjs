// Writes docs/methods.md from the standard library and the evidence beside it.
import { writeFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { runnerImport } from "vite";
import { costCell, costLines, costRows } from "./method-costs.mjs";
import { mnistLines, mnistRows } from "./mnist-table.mjs";

const root = fileURLToPath(new URL("..", import.meta.url));

/** The page's text. */
export async function methodsPage() {
  const { module } = await runnerImport(`${root}compiler/render/methods.ts`, {
    configFile: false,
    logLevel: "error",
  });
  return pageOf(module);
}

/** The page's text, by the functions of compiler/render/methods.ts and the rows of the MNIST table. */
export function pageOf({ allMethods, evidenceLines }, rows = mnistRows(), costs = costRows()) {
  const methods = allMethods();
  const costOf = new Map(costs.map((row) => [row.method, row]));
  const lines = [
    "# Methods of the literature",
    "",
    `Written by \`npm run generate\` from \`stdlib/\` and what runs showed (\`stdlib/evidence/\`): ${methods.length} methods, each a short program that can be read, copied and changed.`,
    "`espalier methods NAME` prints one with its parameters; `espalier check --method NAME --network model.json` says what it will do and cost, and `espalier run --method NAME --network model.json --data mnist --set sparsity=95%` runs it.",
    "",
    "Batch sizes, optimizers and rates are those of the call, or the usual ones, but where a method hangs on its own: `with` and `batch` give those of a paper.",
    "",
    "Evidence is one of *golden* (the statements of the program give back exact vectors, computed apart from it: `test/golden`), *trend* (better than its control in each of three seeds or more, mean ± deviation) and *published* (a published figure is met on all of MNIST, three seeds). In a checkout, `npm run evidence -- NAME` takes the first two again, `npm run bench:mnist` the third.",
    "",
    "Cost is that of plain training of the same network, taking turns with it (`node bench/run.mjs methods`, results in `bench/results/methods.json`): a step (of the phase where it costs least, to that where it costs most; from 1.15 × on with the part of the step that most of the difference goes to, timed in both), the dearest of what acts at one moment, in steps, and memory, of weights with their state and masks and of tensors at their most. Convolutions with batch norms on WebAssembly, batches of 50, four for calibration; one busy machine, to be read to a tenth.",
    "",
    "| method | what it does | program | evidence | cost |",
    "|---|---|---|---|---|",
    ...methods.map(
      ({ name, about, evidence }) =>
        `| [${name}](#${name}) | ${cell(about)} | [${name}.prune](../stdlib/${name}.prune) | ${cell([...kinds(evidence)].join(", "))} | ${costCell(costOf.get(name))} |`,
    ),
    "",
    ...mnistLines(rows),
    ...methods.flatMap(({ name, paper, notes, source, evidence }) => [
      `## ${name}`,
      "",
      paper,
      ...(notes === "" ? [] : [notes]),
      "",
      "```prune",
      source,
      "```",
      "",
      ...evidenceLines(evidence).map((line) => `- ${line}`),
      ...costLines(costOf.get(name), source).map((line) => `- ${line}`),
      `- again: \`npm run evidence -- ${name}\``,
      "",
    ]),
  ];
  return lines.join("\n");
}

const cell = (text) => text.replaceAll("|", "\\|");

const kinds = (evidence) => [
  ...(evidence?.golden ? [`golden ${evidence.golden.map(({ vector }) => vector).join(", ")}`] : []),
  ...(evidence?.trend ? ["trend"] : []),
  ...(evidence?.published ?? []).map(({ compression, network }) => `published ${compression} × (${network})`),
];

if (process.argv[1] === fileURLToPath(import.meta.url))
  writeFileSync(`${root}docs/methods.md`, await methodsPage());
