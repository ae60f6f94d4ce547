// Builds examples/bundlers with each bundler and runs what comes out: in Node, and the page in a headless Chromium, if there is one.
import { spawn, spawnSync } from "node:child_process";
import { existsSync, mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { preview } from "vite";

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

/** What a page has become when all its work is done. This process serves it meanwhile. */
const dom = (bin, args) =>
  new Promise((resolve) => {
    const child = spawn(bin, args, { stdio: ["ignore", "pipe", "ignore"], timeout: 120_000 });
    let text = "";
    child.stdout.on("data", (part) => (text += part));
    child.on("close", () => resolve(text));
  });

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
const chromium = ["chromium", "chromium-browser", "google-chrome"]
  .flatMap((name) => (process.env["PATH"] ?? "").split(":").map((folder) => join(folder, name)))
  .find((path) => existsSync(path));
if (chromium === undefined) console.log("the page is built and not opened: there is no Chromium on the PATH");
else {
  const server = await preview({
    root: join(cwd, "vite"),
    configFile: join(cwd, "vite/vite.config.mjs"),
    preview: { port: 0 },
  });
  const profile = mkdtempSync(join(tmpdir(), "espalier-chromium-"));
  try {
    const { port } = server.httpServer.address();
    const flags = [
      "--headless",
      "--no-sandbox",
      "--disable-gpu",
      "--disable-dev-shm-usage",
      `--user-data-dir=${profile}`,
    ];
    const url = `http://localhost:${port}/`;
    const page = await dom(chromium, [...flags, "--virtual-time-budget=60000", "--dump-dom", url]);
    const [, right, parameters] = /(\d+) of 100 digits right, by (\d+) parameters/.exec(page) ?? [];
    console.log(`${url} in ${chromium}: ${right} of 100 digits right, by ${parameters} parameters`);
    if (!(right >= 85)) problems.push(`the page says: ${page}`);
  } finally {
    await server.close();
    rmSync(profile, { recursive: true, force: true, maxRetries: 5 });
  }
}
for (const problem of problems) console.error(`  ✗ ${problem}`);
if (problems.length > 0) process.exit(1);
