// Builds examples/bundlers with each bundler and runs what comes out: in Node, and the page in a headless Chromium, if there is one. With `--write` docs/browser.md gets what the pages say and show.
import { spawnSync } from "node:child_process";
import { readFileSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { chromiumPath, openChromium } from "./chromium.mjs";
import { openPages } from "./pages.mjs";

const root = fileURLToPath(new URL("..", import.meta.url));
const cwd = join(root, "examples", "bundlers");
const problems = [];

/** Runs a command of the examples; CI is not told, for a clean clone has no trained network. */
function run(command, args) {
  console.log(`$ ${[command, ...args].join(" ")}`);
  const bin = command === "node" ? process.execPath : join(root, "node_modules", ".bin", command);
  const env = { ...process.env, CI: "", NO_COLOR: "1" };
  const { status, stdout } = spawnSync(bin, args, {
    cwd,
    env,
    encoding: "utf8",
    stdio: ["ignore", "pipe", "inherit"],
  });
  if (status !== 0) problems.push(`${command} ${args.join(" ")} ended with ${status}`);
  return stdout.trim();
}

/** The transcript and the picture of docs/browser.md. */
function write({ lines, picture }) {
  const file = join(root, "docs", "browser.md");
  const said = lines.join("\n").replaceAll(/localhost:\d+/g, "localhost");
  const marked = /(<!-- transcript: .*? -->\n)[^]*(\n<!-- end of the transcript -->)/;
  writeFileSync(file, readFileSync(file, "utf8").replace(marked, `$1\n\`\`\`text\n${said}\n\`\`\`\n$2`));
  writeFileSync(join(root, "docs", "browser.png"), picture);
}

rmSync(join(cwd, "out"), { recursive: true, force: true });
const builds = {
  rollup: ["rollup", ["-c", "rollup/rollup.config.mjs", "--silent"]],
  rolldown: ["rolldown", ["-c", "rolldown/rolldown.config.mjs", "--log-level", "silent"]],
  esbuild: ["node", ["esbuild/build.mjs"]],
  webpack: ["node", ["webpack/build.mjs"]],
};
const said = new Set();
for (const [name, [command, args]] of Object.entries(builds)) {
  run(command, args);
  said.add(run("node", [`out/${name}/main.mjs`]));
}
const [first, ...others] = said;
console.log(first);
const { accuracy, macs } = JSON.parse(first);
if (others.length > 0) problems.push(`bundlers ship different networks: ${[...said].join(" ")}`);
if (!(accuracy >= 0.9)) problems.push(`the shipped network is right in ${accuracy} of all cases, not 0.9`);
// Half of the filters of both convolutions, of 28,224 + 225,792 + 15,680 MACs.
if (macs !== 14_112 + 56_448 + 7_840) problems.push(`the shipped network takes ${macs} MACs`);

run("vite", ["build", "vite", "--logLevel", "warn"]);
run("vite", ["build", "page", "--logLevel", "error"]);
const path = chromiumPath();
if (path === undefined) console.log("the pages are built and not opened: there is no Chromium on the PATH");
else {
  const chromium = await openChromium(path);
  try {
    const told = await openPages(chromium, cwd);
    problems.push(...told.problems);
    if (process.argv.includes("--write")) write(told);
    if (!(told.shipped >= 85)) problems.push(`the page that reads digits has ${told.shipped} of 100 right`);
  } finally {
    await chromium.close();
  }
}
for (const problem of problems) console.error(`  ✗ ${problem}`);
if (problems.length > 0) process.exit(1);
