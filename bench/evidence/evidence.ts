import { existsSync, mkdtempSync, readFileSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath, pathToFileURL } from "node:url";
import { allMethods, methodDigest, programOf } from "../../compiler/render/methods.js";
import type { Evidence, Trend } from "../../stdlib/evidence.js";
import { builtPackage } from "../../test/helpers/package.js";
import { vectors } from "../../test/golden/vectors.js";
import { digits, tasks } from "./tasks.js";
import { trends, type TrendPlan } from "./trends.js";

/**
 * Shows what methods are worth and writes it into stdlib/evidence: `npm run evidence -- rigl set`, or `-- all`, or `-- missing` for those
 * of which nothing is shown since they changed. A vector that does not hold, or a control that is not beaten in every seed, ends in
 * exit code 1 and is not written down.
 */

const SEEDS = [1, 2, 3];
const folder = fileURLToPath(new URL("../../stdlib/evidence/", import.meta.url));

async function goldenOf(method: string): Promise<Evidence["golden"]> {
  const held = [];
  for (const { vector, about, check } of vectors.filter((one) => one.method === method)) {
    await check();
    held.push({ vector, about });
  }
  return held.length === 0 ? undefined : held;
}

async function trendOf(method: string): Promise<Trend | undefined> {
  const plan = trends[method];
  if (plan === undefined) return undefined;
  const { task, set, control } = plan;
  const before = plan.before === undefined ? {} : { before: plan.before };
  const own = await accuracies(inlined(method, plan, []), plan);
  const beside = await accuracies(inlined(method, plan, plan.instead), plan);
  const told = `${own.join(", ")} against ${beside.join(", ")} (${control})`;
  if (!own.every((share, i) => share > (beside[i] ?? 1))) throw new Error(`no trend: ${told}`);
  console.log(`  ${told}`);
  const measure = "test accuracy";
  return { task: tasks[task].is, ...before, control, set, measure, seeds: SEEDS, method: own, beside };
}

/** The program of a method with its declaration in place of the import, so that parts of it may say something else. */
function inlined(method: string, { before = "" }: TrendPlan, instead: TrendPlan["instead"]): string {
  const source = allMethods().find(({ name }) => name === method)?.source ?? "";
  const changed = instead.reduce((text, [from, to]) => {
    if (!text.includes(from)) throw new Error(`${method} does not say \`${from}\``);
    return text.replaceAll(from, to);
  }, source);
  const [, ...rest] = (programOf(method) ?? "").trimEnd().split("\n");
  const call = rest.pop() ?? "";
  return [changed, ...rest, before, call].join("\n");
}

async function accuracies(source: string, { task, set }: TrendPlan): Promise<readonly number[]> {
  const { run } = await import(pathToFileURL(join(await builtPackage(), "dist/index.js")).href);
  const { network, batch } = tasks[task];
  const path = join(mkdtempSync(join(tmpdir(), "espalier-evidence-")), "model.json");
  const model = { format: "layers-model", modelTopology: network(), weightsManifest: [] };
  writeFileSync(path, JSON.stringify(model));
  const found: number[] = [];
  for (const seed of SEEDS) {
    const options = { network: path, data: digits(), batch, seed, set, backend: "wasm", latency: false };
    const { result } = await run(source, options);
    found.push(Number(result.report.after.accuracy.toFixed(4)));
  }
  return found;
}

function written(method: string): Evidence | null {
  const path = `${folder}${method}.json`;
  return existsSync(path) ? JSON.parse(readFileSync(path, "utf8")) : null;
}

const asked = process.argv.slice(2);
const names = allMethods().map(({ name }) => name);
const missing = names.filter((name) => written(name)?.program !== methodDigest(name));
const chosen = asked[0] === "all" ? names : asked[0] === "missing" ? missing : asked;
for (const method of chosen) {
  console.log(method);
  try {
    if (!names.includes(method)) throw new Error(`there is no method ${method}`);
    const golden = await goldenOf(method);
    const trend = await trendOf(method);
    if (golden === undefined && trend === undefined)
      throw new Error("no vector of test/golden, no row in trends.ts");
    const evidence = { method, program: methodDigest(method), golden, trend };
    writeFileSync(`${folder}${method}.json`, `${JSON.stringify(evidence, null, 2)}\n`);
  } catch (cause) {
    console.error(`  ${cause instanceof Error ? cause.message : String(cause)}`);
    process.exitCode = 1;
  }
}
