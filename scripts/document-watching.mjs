// Writes the transcript in docs/watching.md: a short run on MNIST and WebAssembly, the log it writes and the event files.
// Takes a minute: `npm run transcript`, after `npm run build`.
import { spawnSync } from "node:child_process";
import { cpSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { withPart } from "./document-repl.mjs";

const root = fileURLToPath(new URL("..", import.meta.url));
const page = join(root, "docs", "watching.md");

const program = `network "network.mjs"
data "mnist"

train 100 steps batch 64
prune filters by l1 local 50%
slim
finetune 60 steps batch 64
`;

/** Lines of the log without what differs from run to run, and without all batches but one. */
function logLines(text) {
  const rows = text
    .trim()
    .split("\n")
    .map((line) => JSON.parse(line));
  return rows
    .filter(({ kind, step }) => kind !== "batch" || step === 100)
    .map((row) => JSON.stringify({ ...row, time: undefined }));
}

/** Without progress and times. */
const steady = (text) =>
  text
    .replace(/^ {2}epoch \d+\/\d+ {2}step .*\n/gm, "")
    .replace(/ {2}at \d+:\d\d$/gm, "")
    .replace(/^latency.*\n/gm, "")
    .trimEnd()
    .split("\n");

function transcript(folder) {
  writeFileSync(join(folder, "slim.prune"), program);
  cpSync(join(root, "examples/bundlers/network.mjs"), join(folder, "network.mjs"));
  const args = [
    "run",
    "slim.prune",
    "--backend",
    "wasm",
    "--log",
    "runs/slim.jsonl",
    "--tensorboard",
    "runs/slim",
  ];
  const { stdout, stderr, status } = spawnSync(process.execPath, [join(root, "dist/cli/bin.js"), ...args], {
    cwd: folder,
    encoding: "utf8",
    env: { ...process.env, NO_COLOR: "1" },
  });
  if (status !== 0) throw new Error(`the run ended with ${status}: ${stderr}`);
  const files = ["train", "test"].flatMap((split) =>
    readdirSync(join(folder, "runs/slim", split)).map(
      (name) => `${split}/${name.replace(/\d{5,}.*(?=\.v2)/, "…")}`,
    ),
  );
  return [
    "$ cat slim.prune",
    ...program.trimEnd().split("\n"),
    `$ npx espalier ${args.join(" ")}`,
    ...steady(`${stderr}${stdout}`),
    `$ jq -c 'del(.time) | select(.kind != "batch" or .step == 100)' runs/slim.jsonl`,
    ...logLines(readFileSync(join(folder, "runs/slim.jsonl"), "utf8")),
    "$ cd runs/slim; ls train/* test/*",
    ...files,
  ];
}

// Within the repository, so that the network's packages are found.
const folder = mkdtempSync(join(root, "node_modules", ".cache", "espalier-watching-"));
try {
  const lines = ["```text", ...transcript(folder), "```"];
  writeFileSync(page, withPart(readFileSync(page, "utf8"), "transcript", lines));
} finally {
  rmSync(folder, { recursive: true, force: true });
}
