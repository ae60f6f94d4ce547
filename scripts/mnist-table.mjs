// What `npm run bench:mnist` measured beside what papers publish: rows for docs/methods.md, and evidence of the methods that meet them.
import { createHash } from "node:crypto";
import { existsSync, readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";

const root = fileURLToPath(new URL("..", import.meta.url));

/** The rows of bench/results/mnist.json that are still true; none where nothing has run. */
export function mnistRows() {
  const results = `${root}bench/results/mnist.json`;
  return existsSync(results) ? currentRows(JSON.parse(readFileSync(results, "utf8")).rows) : [];
}

/** Rows each with the method of `std` that its program calls or writes out; what has changed since its row was measured is left out. */
export const currentRows = (rows) =>
  rows
    .filter(({ network, program, digest }) => digest === digestOf(network, program))
    .map((row) => ({
      ...row,
      method: row.method ?? methodsOf(sourceOf(row.network, row.program))[0] ?? null,
    }));

/** The names of `std` that a program of `bench/mnist` uses. */
const methodsOf = (source) => [...source.matchAll(/^use ([\w-]+) from "std"/gm)].map(([, name]) => name);

/** The text of a program of `bench/mnist`; null where there is none. */
function sourceOf(network, program) {
  const path = `${root}bench/mnist/${network}/${program}.prune`;
  return existsSync(path) ? readFileSync(path, "utf8") : null;
}

/** A digest of a program of `bench/mnist`, the methods that it uses, comments left out, and its network. */
export function digestOf(network, program) {
  const source = sourceOf(network, program) ?? "";
  const texts = [
    source,
    ...methodsOf(source).map((name) => readFileSync(`${root}stdlib/${name}.prune`, "utf8")),
    readFileSync(`${root}bench/mnist/${network}/network.mjs`, "utf8"),
  ];
  const hash = createHash("sha256");
  for (const text of texts) hash.update(text.replace(/^#.*\n/gm, "")).update("\0");
  return hash.digest("hex").slice(0, 16);
}

/** By how many points a row may be above the published error, and by what share below the published compression. */
const POINTS = 0.2;
const SHARE = 0.01;

/** Whether a row has the published error at the published compression; null where not both are published, or nothing was measured. */
export function meets(row) {
  const { compression, error, ours } = row;
  if (compression === null || error === null) return null;
  if (ours.error.mean === null || ours.compression.mean === null) return null;
  return ours.error.mean <= error + POINTS && isCompressed(row) && isCoded(row);
}

const isCompressed = ({ compression, ours }) => ours.compression.mean >= compression * (1 - SHARE);

/** Of bytes in Huffman's code, where that is published. */
const isCoded = ({ coded, ours }) => coded === undefined || (ours.coded?.mean ?? 0) >= coded * (1 - SHARE);

/** What the rows that meet a published figure show of their methods, by method. */
export function publishedBy(rows) {
  const found = new Map();
  for (const row of rows) {
    if (row.method === null || meets(row) !== true) continue;
    const { network, compression, error, from, seeds } = row;
    const ours = { error: row.ours.error, compression: row.ours.compression };
    const shown = {
      network: nameOf(network),
      compression,
      error,
      from,
      seeds,
      ours,
      unpruned: unprunedOf(rows, network),
    };
    found.set(row.method, [...(found.get(row.method) ?? []), shown]);
  }
  return found;
}

const unprunedOf = (rows, network) =>
  rows.find((row) => row.network === network && row.program === "unpruned")?.ours.error ?? null;

/** The table as Markdown, lines; none without rows. */
export function mnistLines(rows) {
  if (rows.length === 0) return [];
  const networks = [...new Set(rows.map(({ network }) => network))];
  const judged = rows.filter((row) => meets(row) !== null);
  const reasons = judged.flatMap((row) =>
    meets(row) === false && row.why !== undefined
      ? [`- ${nameOf(row.network)}, ${row.program}: ${row.why}`]
      : [],
  );
  return [
    "## Beside published figures",
    "",
    `Measured on all of MNIST by \`npm run bench:mnist\` (\`bench/mnist/\`, results in \`bench/results/mnist.json\`): error on the test images in percent, mean ± deviation over seeds; compression is all parameters over those that are not zero, and *in code* bytes of the weights over those that Huffman's code takes. A row meets its paper when the error is at most ${POINTS} points above the published one at the published compression (within ${100 * SHARE} %): ${judged.filter(meets).length} of ${judged.length} do.`,
    "",
    "| network | program | compression, ours | published | error, ours | published | |",
    "|---|---|---|---|---|---|---|",
    ...networks.flatMap((network) => rows.filter((row) => row.network === network).map(line)),
    ...(reasons.length > 0 ? ["", ...reasons] : []),
    "",
  ];
}

function line(row) {
  const { network, program, method, compression, structure, coded, error, from, ours } = row;
  const name = method === null ? program : `[${program}](#${method})`;
  const cells = [
    nameOf(network),
    program === "unpruned" ? "nothing cut" : name,
    ours.compression.mean === null ? "–" : `${number(ours.compression.mean)} ×${inCode(ours.coded?.mean)}`,
    compression === null
      ? "–"
      : `${compression} ×${inCode(coded)}${structure === undefined ? "" : ` (${structure})`}`,
    spread(ours.error),
    error === null ? "–" : `${error}${from === "second hand" ? ", at second hand" : ""}`,
    verdict(row),
  ];
  return `| ${cells.join(" | ")} |`;
}

function verdict(row) {
  const met = meets(row);
  if (met !== null && met) return "met";
  const { compression, error, ours } = row;
  const parts = [];
  if (error !== null && ours.error.mean !== null) {
    const above = ours.error.mean - error;
    parts.push(above > 0 ? `${above.toFixed(2)} points above` : `${(-above).toFixed(2)} points below`);
    if (compression === null) parts.push("no compression published");
  }
  if (compression !== null && ours.compression.mean !== null && !isCompressed(row))
    parts.push("less compressed");
  if (!isCoded(row)) parts.push("longer in code");
  if (compression !== null && error === null) parts.push("no error published");
  return parts.join(", ");
}

const inCode = (times) => (times === undefined || times === null ? "" : `, ${number(times)} × in code`);

/** A network as papers call it. */
const nameOf = (network) =>
  network
    .split("-")
    .map((part) => (part === "lenet" ? "LeNet" : part === "caffe" ? "Caffe" : part))
    .join("-");

const number = (value) => (value < 10 ? value.toFixed(2) : value.toFixed(1));

const spread = ({ mean, deviation }) =>
  mean === null ? "–" : deviation === null ? mean.toFixed(2) : `${mean.toFixed(2)} ± ${deviation.toFixed(2)}`;
