// Runs every example (`--short` for the shortened forms) through the built command line and checks what it promises.
import { spawnSync } from "node:child_process";
import { mkdtempSync, readdirSync, readFileSync, existsSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";

const short = process.argv.includes("--short");
const only = process.argv.slice(2).filter((word) => !word.startsWith("--"));
const root = fileURLToPath(new URL("../", import.meta.url));
const cli = join(root, "dist", "cli", "bin.js");
let failures = 0;

for (const name of readdirSync(join(root, "examples")).sort()) {
  const folder = join(root, "examples", name);
  const path = join(folder, "example.json");
  if (!existsSync(path) || (only.length > 0 && !only.includes(name))) continue;
  const example = JSON.parse(readFileSync(path, "utf8"));
  const out = mkdtempSync(join(tmpdir(), `espalier-${name}-`));
  const args = [
    "run",
    join(folder, example.program),
    "--out",
    out,
    ...example.args,
    ...(short ? example.short.args : []),
  ];
  console.log(`\n$ espalier run ${join("examples", name, example.program)} ${args.slice(4).join(" ")}`);
  const started = performance.now();
  const result = spawnSync(process.execPath, [cli, ...args], { stdio: "inherit" });
  const seconds = ((performance.now() - started) / 1000).toFixed(0);
  const expectation = short ? example.short.expect : example.expect;
  const problems =
    result.status === 0
      ? check(expectation, JSON.parse(readFileSync(join(out, "report.json"), "utf8")), out)
      : [`exit code ${result.status}`];
  for (const problem of problems) console.error(`  ✗ ${name}: ${problem}`);
  if (problems.length === 0) console.log(`  ✓ ${name} (${seconds} s)`);
  failures += problems.length;
}
if (failures > 0) process.exit(1);

/**
 * Limits on the report: `{ "accuracy": ">= 0.97", "macs": "<= 0.5", "weights left": "<= 0.1" }`. Shares are of the network as
 * loaded; accuracy is lost from the dense network, just before its first cut.
 */
function check(expected, report, out) {
  const row = (structure) => report.amounts.find((amount) => amount.structure === structure);
  const measures = {
    accuracy: report.after.accuracy,
    "accuracy lost": (report.dense ?? report.before).accuracy - report.after.accuracy,
    macs: report.after.macs / report.before.macs,
    params: report.after.params / report.before.params,
    "weights left": row("weights") ? 1 - row("weights").achieved / row("weights").total : 1,
  };
  const problems = [];
  for (const [measure, limit] of Object.entries(expected)) {
    const [operator, bound] = limit.split(" ");
    const value = measures[measure];
    const holds = operator === "<=" ? value <= Number(bound) : value >= Number(bound);
    if (holds) console.log(`  ${measure} ${value.toPrecision(4)}, expected ${limit}`);
    else problems.push(`${measure} is ${value}, expected ${limit}`);
  }
  for (const file of ["model.json", "report.json", "report.html"])
    if (!existsSync(join(out, file))) problems.push(`${file} was not written`);
  return problems;
}
