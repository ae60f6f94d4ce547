// Writes the transcript and the list of commands in docs/repl.md: what a session at the prompt shows, on MNIST and WebAssembly.
// Takes a minute or two, so `npm run generate` does without it: `npm run transcript`.
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath, pathToFileURL } from "node:url";
import pc from "picocolors";
import { bundle } from "./bundle.mjs";

const root = fileURLToPath(new URL("..", import.meta.url));
const page = `${root}docs/repl.md`;

/** What is typed. */
export const session = [
  "train 300 steps",
  "what if prune filters by l1 local 50%",
  "sensitivity filters by l1",
  "prune filters by taylor over 4 batches local 30%",
  "finetune 100 steps",
  "undo 2",
  "prune filters by l1 local 30%",
  "repeat 2 times {",
  "  finetune 50 steps",
  "}",
  "slim",
  "prune filters in conv2d_3 by l1 30%",
  "show history",
  "diff 1",
  "save program slim.prune",
];

/** The page with one of its parts put in anew: what stands between `<!-- NAME -->` and `<!-- end -->`. */
export function withPart(text, name, lines) {
  const start = `<!-- ${name} -->\n`;
  const from = text.indexOf(start) + start.length;
  const to = text.indexOf("<!-- end -->", from);
  return `${text.slice(0, from)}\n${lines.join("\n")}\n\n${text.slice(to)}`;
}

/** The commands as a table. */
export const commandTable = (commands) => [
  "| command | what it does |",
  "|---|---|",
  ...commands.map(({ usage, about }) => `| \`${usage.replaceAll("|", "\\|")}\` | ${about} |`),
];

async function transcript({ Interpreter }, folder) {
  let said = "";
  const say = (text) => void (said += text);
  const terminal = {
    out: (text) => say(text.endsWith("\n") ? text : `${text}\n`),
    err: say,
    columns: 110,
    live: false,
    colors: pc.createColors(false),
    cwd: folder,
    command: "espalier repl",
  };
  say("$ npx espalier repl --network network.mjs --data mnist\n");
  const network = join(root, "examples/demo/network.mjs");
  const interpreter = new Interpreter({ network, data: "mnist", backend: "wasm" }, terminal);
  await interpreter.open();
  let outcome = "done";
  for (const line of session) {
    say(`${outcome === "more" ? "… " : "> "}${line}\n`);
    outcome = await interpreter.take(line);
  }
  await interpreter.session.close();
  const program = readFileSync(join(folder, "slim.prune"), "utf8");
  say(`> quit\n$ cat slim.prune\n${program.replace(/^network ".*"/m, 'network "network.mjs"')}`);
  // What tells the time differs from run to run.
  return said
    .replace(/^ {2}epoch \d+\/\d+ {2}step .*\n/gm, "")
    .replace(/ {2}at \d+:\d\d$/gm, "")
    .trimEnd()
    .split("\n");
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  const built = `${root}node_modules/.cache/espalier-transcript/${process.pid}`;
  const entries = { "cli/interpreter": "cli/repl/interpreter.ts", "cli/commands": "cli/repl/commands.ts" };
  const folder = mkdtempSync(join(tmpdir(), "espalier-transcript-"));
  try {
    await bundle(root, built, entries);
    const load = (name) => import(pathToFileURL(`${built}/cli/${name}.js`).href);
    const lines = ["```text", ...(await transcript(await load("interpreter"), folder)), "```"];
    const { commands } = await load("commands");
    const text = withPart(readFileSync(page, "utf8"), "transcript", lines);
    writeFileSync(page, withPart(text, "commands", commandTable(commands)));
  } finally {
    for (const one of [folder, built]) rmSync(one, { recursive: true, force: true });
  }
}
