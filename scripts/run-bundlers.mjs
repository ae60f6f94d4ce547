// Builds examples/bundlers with each bundler and runs what comes out: in Node, and the page in a headless Chromium, if there is one. With `--write` docs/browser.md gets what the pages say and show, docs/build.md what the builds say.
import { spawnSync } from "node:child_process";
import { cpSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { chromiumPath, openChromium } from "./chromium.mjs";
import { openPages } from "./pages.mjs";

const root = fileURLToPath(new URL("..", import.meta.url));
const cwd = join(root, "examples", "bundlers");
const problems = [];
const writes = process.argv.includes("--write");
/** What was run and what it said. */
const transcript = [];

/** Runs a command of the examples; CI is not told, for a clean clone has no trained network. */
function run(command, args, expected = 0) {
  const line = `$ ${[command === "node" ? "node" : `npx ${command}`, ...args].join(" ")}`;
  console.log(line);
  const bin = command === "node" ? process.execPath : join(root, "node_modules", ".bin", command);
  const env = { ...process.env, CI: "", NO_COLOR: "1" };
  const { status, stdout, stderr } = spawnSync(bin, args, {
    cwd,
    env,
    encoding: "utf8",
    stdio: ["ignore", "pipe", "pipe"],
  });
  process.stderr.write(stderr);
  transcript.push(line, ...said(`${stdout}${stderr}`));
  if (status !== expected) problems.push(`${command} ${args.join(" ")} ended with ${status}`);
  return stdout.trim();
}

/** Without progress, times, and what is of this machine. */
const said = (text) =>
  text
    .replaceAll(root, "")
    .split("\n")
    .filter((one) => one.trim() !== "" && !/^ {4}at |^ +epoch \d+\/\d+ +step |^\s*errors: \[|^\}$/.test(one))
    .map((one) => one.replace(/ {2}at \d+:\d\d$/, "").replace(/ in [\d.]+m?s$/, ""));

/** Puts lines into a page between its marks. */
function write(name, lines) {
  const file = join(root, "docs", name);
  const marked = /(<!-- transcript: .*? -->\n)[^]*(\n<!-- end of the transcript -->)/;
  const text = `\n\`\`\`text\n${lines.join("\n")}\n\`\`\`\n`;
  writeFileSync(
    file,
    readFileSync(file, "utf8").replace(marked, (_, start, end) => `${start}${text}${end}`),
  );
}

/** What a mistake looks like, in a program that a page imports. */
function mistaken() {
  const folder = join(cwd, "out", "mistaken");
  cpSync(join(cwd, "vite"), folder, { recursive: true });
  const program = readFileSync(join(cwd, "slim.prune"), "utf8").replace("filters", "fitlers");
  writeFileSync(join(cwd, "out", "slim.prune"), program);
  cpSync(join(cwd, "digits.mjs"), join(cwd, "out", "digits.mjs"));
  run("vite", ["build", "out/mistaken", "--logLevel", "warn"], 1);
}

rmSync(join(cwd, "out"), { recursive: true, force: true });
const builds = {
  rollup: ["rollup", ["-c", "rollup/rollup.config.mjs", "--silent"]],
  rolldown: ["rolldown", ["-c", "rolldown/rolldown.config.mjs", "--log-level", "silent"]],
  esbuild: ["node", ["esbuild/build.mjs"]],
  webpack: ["node", ["webpack/build.mjs"]],
};
const shipped = new Set();
for (const [name, [command, args]] of Object.entries(builds)) {
  run(command, args);
  shipped.add(run("node", [`out/${name}/main.mjs`]));
}
const [first, ...others] = shipped;
console.log(first);
const { accuracy, macs } = JSON.parse(first);
if (others.length > 0) problems.push(`bundlers ship different networks: ${[...shipped].join(" ")}`);
if (!(accuracy >= 0.9)) problems.push(`the shipped network is right in ${accuracy} of all cases, not 0.9`);
// Half of the filters of both convolutions, of 28,224 + 225,792 + 15,680 MACs.
if (macs !== 14_112 + 56_448 + 7_840) problems.push(`the shipped network takes ${macs} MACs`);

mistaken();
if (writes) write("build.md", transcript);

run("vite", ["build", "vite", "--logLevel", "warn"]);
run("vite", ["build", "page", "--logLevel", "error"]);
const path = chromiumPath();
if (path === undefined) console.log("the pages are built and not opened: there is no Chromium on the PATH");
else {
  const chromium = await openChromium(path);
  try {
    const told = await openPages(chromium, cwd);
    problems.push(...told.problems);
    if (writes) {
      write(
        "browser.md",
        told.lines
          .join("\n")
          .replaceAll(/localhost:\d+/g, "localhost")
          .split("\n"),
      );
      writeFileSync(join(root, "docs", "browser.png"), told.picture);
    }
    if (!(told.shipped >= 85)) problems.push(`the page that reads digits has ${told.shipped} of 100 right`);
  } finally {
    await chromium.close();
  }
}
for (const problem of problems) console.error(`  ✗ ${problem}`);
if (problems.length > 0) process.exit(1);
