import { execFileSync } from "node:child_process";
import { mkdtempSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { resnet50 } from "../test/helpers/networks.js";
import { median, writeResult } from "./result.js";

/** `espalier check` of a 200-line program against ResNet-50, cold: a new process each time, built code, as text. */

const folder = mkdtempSync(join(tmpdir(), "espalier-bench-"));
const model = join(folder, "resnet50.json");
writeFileSync(
  model,
  JSON.stringify({ format: "layers-model", modelTopology: resnet50(), weightsManifest: [] }),
);

const program = join(folder, "long.prune");
const lines = [
  "train 90 epochs batch 256 with sgd(rate: 0.1 -> 0 cosine, momentum: 0.9) {",
  "  evaluate every 10 epochs",
  "}",
];
for (let i = 1; lines.length < 199; i++) {
  lines.push(
    "prune filters by l1 local 2%",
    "finetune 2 epochs {",
    `  prune filters by l2 local 1% at epoch ${1 + (i % 2)}`,
    "}",
  );
}
lines.length = 199 - ((199 - 3) % 4);
while (lines.length < 199) lines.push("evaluate");
lines.push("slim");
writeFileSync(program, `${lines.join("\n")}\n`);

const once = () => {
  const started = performance.now();
  execFileSync(process.execPath, ["dist/cli/bin.js", "check", program, "--network", model], {
    stdio: ["ignore", "pipe", "inherit"],
    maxBuffer: 2 ** 28,
  });
  return performance.now() - started;
};
once();
const times = Array.from({ length: 9 }, once);
writeResult("check", {
  lines: lines.length,
  network: "ResNet-50",
  milliseconds: { median: median(times), all: times },
  limit: 500,
});
