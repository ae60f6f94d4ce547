// Writes docs/methods.md from the standard library and the evidence beside it.
import { writeFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { runnerImport } from "vite";
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
export function pageOf({ allMethods, evidenceLines }, rows = mnistRows()) {
  const methods = allMethods();
  const lines = [
    "# Methods of the literature",
    "",
    `Written by \`npm run generate\` from \`stdlib/\` and what runs showed (\`stdlib/evidence/\`): ${methods.length} methods, each a short program that can be read, copied and changed.`,
    "`espalier methods NAME` prints one with its parameters; `espalier check --method NAME --network model.json` says what it will do and cost, and `espalier run --method NAME --network model.json --data mnist --set sparsity=95%` runs it.",
    "",
    "Evidence is one of *golden* (the statements of the program give back exact vectors, computed apart from it: `test/golden`), *trend* (better than its control in each of three seeds or more, mean ± deviation) and *published* (a published figure is met on all of MNIST, three seeds). In a checkout, `npm run evidence -- NAME` takes the first two again, `npm run bench:mnist` the third.",
    "",
    "| method | what it does | program | evidence |",
    "|---|---|---|---|",
    ...methods.map(
      ({ name, about, evidence }) =>
        `| [${name}](#${name}) | ${cell(about)} | [${name}.prune](../stdlib/${name}.prune) | ${cell([...kinds(evidence)].join(", "))} |`,
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
