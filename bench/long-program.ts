import { execFileSync } from "node:child_process";
import { mkdtempSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { resnet50 } from "../test/helpers/networks.js";

/** A program of 200 lines and ResNet-50, as files in a folder of their own. */
export interface LongProgram {
  readonly lines: number;
  readonly program: string;
  readonly model: string;
}

export function writeLongProgram(): LongProgram {
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
  return { lines: lines.length, program, model };
}

/** Milliseconds of a cold `espalier check`: a new process of the built code in `root`, as text. */
export function coldCheck(root: string, { program, model }: LongProgram): number {
  const started = performance.now();
  execFileSync(process.execPath, [join(root, "dist/cli/bin.js"), "check", program, "--network", model], {
    stdio: ["ignore", "pipe", "inherit"],
    maxBuffer: 2 ** 28,
  });
  return performance.now() - started;
}
