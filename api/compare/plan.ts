import { statSync } from "node:fs";
import { chainOf } from "../../compiler/plan/chain.js";
import { programHash } from "../../compiler/emit/index.js";
import { version } from "../../compiler/version.js";
import { diagnostic } from "../../core/diagnostics/create.js";
import { DiagnosticError, type Diagnostic } from "../../core/diagnostics/diagnostic.js";
import { hashJson } from "../../core/ir/hash.js";
import { compileProgram, type CompiledProgram } from "../compile-program.js";
import { filesRead } from "../files-read.js";
import { givenAtRun, runtimeUrl } from "../run-program.js";
import { controlsFor } from "./controls.js";
import { stretchesOf } from "./stretches.js";
import type { ComparedProgram, CompareOptions, ComparePlan, PlannedRun, Refused, Variant } from "./types.js";

type Compiled = Variant | Refused;
const isRefused = (one: Compiled): one is Refused => "diagnostics" in one;

/**
 * Compiles every program at every amount, and finds what they have in common. Nothing trains.
 * @throws DiagnosticError P9506, P7006 where none of them has a network or data
 */
export async function planComparison(options: CompareOptions): Promise<ComparePlan> {
  const warnings = new Map<string, ComparePlan["warnings"][number]>();
  const compileAll = async (
    programs: readonly ComparedProgram[],
    bound?: Variant["bound"],
  ): Promise<readonly Compiled[]> => {
    const all: Compiled[] = [];
    const given = bound === undefined ? options : { ...options, ...bound };
    for (const program of programs)
      for (const amount of program.amounts?.values ?? [null]) {
        options.signal?.throwIfAborted();
        const { variant, told } = await compileOne(program, amount, given);
        all.push(variant);
        if (isRefused(variant) || program.control === true) continue;
        for (const one of told.filter(({ severity }) => severity === "warning"))
          warnings.set(`${program.name} ${one.code} ${one.message}`, {
            diagnostic: one,
            compiled: variant.compiled,
          });
      }
    return all;
  };
  const asked = await compileAll(options.programs);
  const good = asked.filter((one): one is Variant => !isRefused(one));
  const [lacking] = asked.flatMap((one) => (isRefused(one) ? one.diagnostics : []));
  // No network, no data: nothing that a program does.
  if (good.length === 0 && lacking !== undefined && lacking.span === undefined)
    throw new DiagnosticError([lacking]);
  const controls = options.controls
    ? await compileAll(
        controlsFor(
          good.map(({ compiled }) => compiled),
          options.amounts,
        ),
        good[0]?.bound,
      )
    : [];
  const all = [...asked, ...controls];
  const variants = all.filter((one): one is Variant => !isRefused(one));
  const stretches = [];
  const runs: PlannedRun[] = [];
  for (const seed of options.seeds) {
    const shared = stretchesOf(variants, seed);
    stretches.push(...shared.stretches);
    for (const variant of variants) {
      const parent = shared.parents.get(variant) ?? null;
      runs.push({ variant, seed, folder: folderOf(variant, seed), parent });
    }
  }
  return { runs, stretches, refused: all.filter(isRefused), warnings: [...warnings.values()] };
}

async function compileOne(
  program: ComparedProgram,
  amount: string | null,
  options: CompareOptions,
): Promise<{ readonly variant: Compiled; readonly told: readonly Diagnostic[] }> {
  const { network, data, epochs, batch, masks, backend, threads, seeds, allowJs } = options;
  const { name, file, text, amounts } = program;
  const set = { ...program.set, ...(amounts !== null && amount !== null && { [amounts.param]: amount }) };
  const refused = (diagnostics: readonly Diagnostic[], compiled: Refused["compiled"]) => ({
    variant: { name, amount, diagnostics, compiled },
    told: [],
  });
  try {
    const bound = {
      network,
      data,
      epochs,
      batch,
      masks,
      backend,
      threads,
      allowJs,
      set,
      seed: seeds[0],
      file,
    };
    const found = await compileProgram(text, {
      ...bound,
      measure: true,
      runtimeSpecifier: runtimeUrl(),
      javascriptFrom: givenAtRun,
    });
    const { result, diagnostics } = found;
    const { ir } = result;
    if (ir === null || diagnostics.some(({ severity }) => severity === "error"))
      return refused(diagnostics, result);
    const { network: on, data: from } = found.bound;
    if (typeof on !== "string") {
      const help = 'name it in the program (`network "model.json"`) or by `--network`';
      return refused([diagnostic("P9506", "there is no network to run on", null, { help })], result);
    }
    const shares = hashJson([version, found.bound, epochs, batch, masks, backend, await stamps(found)]);
    const key = hashJson([programHash(ir), shares]);
    if (typeof from !== "string") {
      const help = 'name it in the program (`data "mnist"`) or by `--data`';
      return refused([diagnostic("P7006", "no data is given", null, { help })], result);
    }
    const chain = chainOf(ir, result.simulation);
    const ground = { network: on, data: from };
    const variant = { program, amount, set, compiled: result, bound: ground, shares, key, chain };
    return { variant, told: diagnostics };
  } catch (cause) {
    if (cause instanceof DiagnosticError) return refused(cause.diagnostics, null);
    throw cause;
  }
}

/** The files of the network, the data and the JavaScript of a program, and when they changed last. */
async function stamps(compiled: CompiledProgram): Promise<readonly unknown[]> {
  const texts = new Set(compiled.result.files);
  const others = (await filesRead(compiled)).filter((path) => !texts.has(path) && !path.endsWith(".prune"));
  return others.map((path) => {
    const facts = statSync(path, { throwIfNoEntry: false });
    return [path, facts?.size, facts?.mtimeMs];
  });
}

/** `runs/han/sparsity 80%/seed 1`, in letters that every file system takes. */
function folderOf({ program, amount }: Variant, seed: number): string {
  const safe = (text: string) => {
    const plain = text.replace(/[^\w.%-]+/g, "-").slice(0, 60);
    return plain === text && !/^\.*$/.test(text) ? text : `${plain}-${hashJson(text).slice(0, 6)}`;
  };
  const at = amount === null ? [] : [`${safe(program.amounts?.param ?? "")}-${safe(amount)}`];
  return ["runs", safe(program.name), ...at, `seed-${seed}`].join("/");
}
