// The main job, on real data: train a small residual network on MNIST while the one-sentence program prunes it, then slim it.
import { spawnSync } from "node:child_process";
import { availableParallelism } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";

const here = fileURLToPath(new URL(".", import.meta.url));
const cli = fileURLToPath(new URL("../../dist/cli/bin.js", import.meta.url));
const started = performance.now();

function espalier(title, ...args) {
  console.log(`\n── ${title}\n\n$ espalier ${args.join(" ")}\n`);
  const { status } = spawnSync(process.execPath, [cli, ...args], { cwd: here, stdio: "inherit" });
  if (status !== 0) process.exit(status ?? 1);
}

const data = ["--data", "mnist"];
const settings = [...data, "--batch", "128"];
// Two threads pay on the network as it is; the slimmed one is too small for them.
const threads = availableParallelism() > 1 ? ["--threads", "2"] : [];
espalier(
  "what the sentence will do, before any training",
  "check",
  "one-sentence.prune",
  "--network",
  "network.mjs",
  "--epochs",
  "3",
  ...settings,
);
espalier(
  "the sentence at work",
  "run",
  "one-sentence.prune",
  "--network",
  "network.mjs",
  "--epochs",
  "3",
  "--out",
  join("out", "one-sentence"),
  "--restart",
  ...settings,
  ...threads,
);
espalier(
  "network slimming on its result",
  "run",
  "slimming.prune",
  "--network",
  join("out", "one-sentence"),
  "--out",
  join("out", "slimming"),
  "--restart",
  ...data,
);

const seconds = Math.round((performance.now() - started) / 1000);
console.log(
  `\nDone in ${Math.floor(seconds / 60)} min ${seconds % 60} s. The slimmed network: examples/demo/out/slimming/model.json`,
);
console.log("Its story: examples/demo/out/slimming/report.html (open it in a browser)");
