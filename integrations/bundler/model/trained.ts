import { mkdir } from "node:fs/promises";
import { existsSync } from "node:fs";
import { basename, join, relative, resolve } from "node:path";
import { setTimeout } from "node:timers/promises";
import { diagnostic, raise } from "../../../core/diagnostics/create.js";
import { DiagnosticError, type Diagnostic } from "../../../core/diagnostics/diagnostic.js";
import { progress } from "../../../cli/progress.js";
import { processTerminal } from "../../../cli/terminal.js";
import { lockName, takeLock } from "../../../runtime/checkpoint/lock.js";
import { locateData } from "../../../runtime/data/open.js";
import { reasonOf } from "../../../runtime/reason.js";
import type { Options } from "../options.js";
import { scriptsOf } from "../../../api/javascript.js";
import { compileFile, judged, type Compiled } from "../program.js";
import { digestOf, hashOf } from "./digest.js";
import {
  entryName,
  keepEntry,
  othersIn,
  readEntry,
  versionNow,
  type Parts,
  type TrainedFiles,
} from "./entry.js";
import { EndedEarly, trainApart } from "../../../api/apart/train.js";

/** Trainings of this process, by entry: client and server of a page ask for the same one. */
const underway = new Map<string, Promise<Made>>();
interface Made {
  readonly files: TrainedFiles | null;
  readonly diagnostics: readonly Diagnostic[];
}

/** The network that a program leaves: from the cache, else trained and kept there. */
export async function trainedModel(path: string, options: Options): Promise<Compiled> {
  const compiled = await compileFile(path, options, "program");
  if (compiled.code === null || compiled.compiled === null) return compiled;
  const { bound, result } = compiled.compiled;
  const scripts = scriptsOf(result);
  const { network, data } = bound;
  const refused = (diagnostics: readonly Diagnostic[]): Compiled => ({
    ...compiled,
    diagnostics: [...compiled.diagnostics, ...diagnostics],
  });
  if (typeof network !== "string") {
    const help = 'name it in the program (`network "model.json"`) or to the plugin (`network`)';
    return refused([diagnostic("P9506", "there is no network to train", { start: 0, end: 0 }, { help })]);
  }
  const { set, epochs, batch, seed } = options;
  try {
    const parts: Parts = {
      version: versionNow,
      program: hashOf([
        ...result.files.map((file) => [relativeTo(path, file), result.texts.get(file)]),
        ...(await Promise.all(scripts.map(async (file) => [relativeTo(path, file), await digest(file)]))),
      ]),
      network: await digest(network),
      data: typeof data === "string" ? await digest(await locateData(data)) : null,
      settings: hashOf([set ?? {}, epochs, batch, seed]),
    };
    const name = basename(path, ".prune");
    const cache = resolve(options.cache ?? join("node_modules", ".cache", "espalier"));
    const entry = join(cache, entryName(name, parts));
    const source = result.texts.get(result.main) ?? "";
    const making =
      underway.get(entry) ?? made({ entry, cache, name, parts, source, main: result.main }, options);
    underway.set(entry, making);
    const { files, diagnostics } = await making.finally(() => underway.delete(entry));
    const all = [...compiled.diagnostics, ...judged(diagnostics, options)];
    const failed = all.some(({ severity }) => severity === "error");
    return { ...compiled, diagnostics: all, trained: failed ? null : files };
  } catch (cause) {
    if (!(cause instanceof DiagnosticError)) throw cause;
    const known = new Set(compiled.diagnostics.map(({ code, message }) => `${code} ${message}`));
    return refused(cause.diagnostics.filter(({ code, message }) => !known.has(`${code} ${message}`)));
  }
}

const relativeTo = (path: string, file: string): string => relative(resolve(path, ".."), resolve(file));

const digest = (path: string): Promise<string> =>
  digestOf(path).catch((cause: unknown) => raise("P9501", `\`${path}\` cannot be read: ${reasonOf(cause)}`));

interface Wanted {
  readonly entry: string;
  readonly cache: string;
  readonly name: string;
  readonly parts: Parts;
  readonly source: string;
  readonly main: string;
}

async function made(wanted: Wanted, options: Options): Promise<Made> {
  const { entry, cache, name, parts, main } = wanted;
  const found = await readEntry(entry);
  if (found !== null && !("damaged" in found)) return { files: found, diagnostics: [] };
  const damage =
    found === null ? [] : [`the trained network of \`${main}\` in the cache is damaged: ${found.damaged}`];
  if (!mayTrain(options)) {
    const folder = relative(process.cwd(), cache) || ".";
    const message = `\`${main}\` has no trained network in \`${folder}\`, and this build may not train`;
    const notes = [...damage, ...(await othersIn(cache, name, parts))];
    const help = `keep \`${folder}\` from a build elsewhere, or give the plugin \`train: true\``;
    return { files: null, diagnostics: [diagnostic("P9508", message, null, { notes, help })] };
  }
  const set = damage.map((why) => diagnostic("P9509", `${why}; it is trained anew`));
  const terminal = processTerminal();
  const lines = progress(terminal);
  try {
    await mkdir(cache, { recursive: true }).catch((cause: unknown) =>
      raise("P9502", `\`${cache}\` cannot be made: ${reasonOf(cause)}`),
    );
    const diagnostics = await alone(
      wanted,
      (text) => lines.say(text),
      async () => {
        const again = await readEntry(entry);
        if (again !== null && !("damaged" in again)) return [];
        const { network, data, set: values, epochs, batch, seed, backend, threads, allowJs } = options;
        const run = `${entry}.run`;
        lines.say(`espalier trains ${main}, for it is not in the cache`);
        const order = {
          source: wanted.source,
          options: {
            file: main,
            network,
            data,
            set: values,
            epochs,
            batch,
            seed,
            backend,
            threads,
            allowJs,
            out: run,
            resume: existsSync(run),
            // Nobody reads how fast it was here.
            latency: false,
          },
        };
        const said = await trainApart(order, (event) => lines.on(event)).catch(raiseEarly);
        await keepEntry(run, entry, parts);
        return said;
      },
    );
    const files = await readEntry(entry);
    if (files === null || "damaged" in files)
      raise("P9508", `what \`${main}\` left cannot be read back: ${files?.damaged ?? "it is gone"}`);
    return { files, diagnostics: [...set, ...diagnostics] };
  } finally {
    lines.end();
  }
}

/** @throws DiagnosticError P9508 for a process that ended without a word; what ended the run otherwise */
function raiseEarly(cause: unknown): never {
  if (!(cause instanceof EndedEarly)) throw cause;
  raise("P9508", cause.message, { help: "build again: training goes on from its last checkpoint" });
}

/** Whether a build may train what the cache does not hold. */
function mayTrain({ train }: Options): boolean {
  const ci = process.env["CI"] ?? "";
  return train ?? (ci === "" || ci === "0" || ci === "false");
}

/** Works while no other process does for the same entry: waits until that one has ended, however it ended. */
async function alone<T>(
  { entry, main }: Wanted,
  say: (text: string) => void,
  work: () => Promise<T>,
): Promise<T> {
  const folder = `${entry}.lock`;
  let told = false;
  for (;;) {
    try {
      const lock = await takeLock(folder, { again: false });
      try {
        return await work();
      } finally {
        lock.release();
      }
    } catch (cause) {
      const held = [folder, `${entry}.run`].some((one) => existsSync(join(one, lockName)));
      const busy = cause instanceof DiagnosticError && cause.diagnostics.some(({ code }) => code === "P7005");
      if (!held || !busy) throw cause;
      if (!told) say(`another build trains ${main}: waiting for it`);
      told = true;
      await setTimeout(250);
    }
  }
}
