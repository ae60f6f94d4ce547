import { compileProgram } from "../../../api/compile-program.js";
import type { DataGiven } from "../../../runtime/data/types.js";
import { javascriptOf } from "../../../runtime/own/functions.js";
import * as runtime from "../../../runtime/index.js";
import type { LiveModel } from "../../../runtime/model/index.js";
import { openRun, type OpenRun, type RunOptions, type RunResult } from "../../../runtime/index.js";
import { options, quarters } from "./fixtures.js";

export interface Outcome {
  readonly result: RunResult;
  readonly code: string;
  /** The run after its end: masters and masks can be looked at. */
  readonly run: OpenRun;
  /** What it told, in order. */
  readonly told: readonly string[];
}

/** Compiles a program for a network and runs the emitted loop against the runtime of this very source tree. */
export async function runProgram(
  source: string,
  network: string | LiveModel,
  {
    data = quarters(),
    onCheckpoint,
    onOpen,
    ...more
  }: { data?: DataGiven; onCheckpoint?: () => void; onOpen?: (run: OpenRun) => void } & RunOptions = {},
): Promise<Outcome> {
  const compiled = await compileProgram(source, { network, data, ...javascriptOf(more) });
  const { code } = compiled.result;
  const errors = compiled.diagnostics.filter(({ severity }) => severity === "error");
  if (code === null || errors.length > 0)
    throw new Error(errors.map((d) => `${d.code} ${d.message}`).join("\n"));
  const runs: OpenRun[] = [];
  const told: string[] = [];
  const kept = {
    ...runtime,
    openRun: async (given: RunOptions) => {
      const run = await openRun(given);
      runs.push(run);
      onOpen?.(run);
      return run;
    },
    runFromCommandLine: () => undefined,
  };
  const body = code
    .replace(/import \{([^}]*)\} from "[^"]*";/, (_, names: string) => `const {${names}} = runtime;`)
    .replace("export const settings", "const settings")
    .replace("export default async function", "async function")
    .replace("import.meta.url", "null");
  const AsyncFunction = Object.getPrototypeOf(async () => undefined).constructor;
  const result = await new AsyncFunction("runtime", "options", `${body}\nreturn await loop(options);`)(
    kept,
    options({
      network,
      data,
      ...more,
      onProgress(event) {
        if (event.kind !== "step") told.push(JSON.stringify(event));
        if (event.kind === "checkpoint") onCheckpoint?.();
        more.onProgress?.(event);
      },
    }),
  );
  const [run] = runs;
  if (run === undefined) throw new Error("the loop opened no run");
  return { result, code, run, told };
}
