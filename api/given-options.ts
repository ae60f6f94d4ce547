import { raise } from "../core/diagnostics/create.js";
import { similar } from "../core/diagnostics/nearest.js";
import { javascriptOf } from "../runtime/own/functions.js";
import type { ProgramOptions } from "./compile-program.js";
import type { SessionOptions } from "./session/types.js";
import type { HostOptions } from "./run-program.js";

/** What `typeof` says of a value; any where more than one is possible, which is looked at where it is used. */
type Kind = "string" | "number" | "boolean" | "function" | "object" | "any";

/** Those of `compileProgram`; tsc asks for each. */
const programOptions: Readonly<Record<keyof ProgramOptions, Kind>> = {
  allowJs: "boolean",
  alignment: "object",
  backend: "string",
  batch: "number",
  compensations: "object",
  criteria: "object",
  data: "any",
  emit: "boolean",
  epochs: "number",
  file: "string",
  form: "string",
  javascriptFrom: "function",
  latencyBatch: "number",
  latencyTable: "any",
  losses: "object",
  penalties: "object",
  masks: "boolean",
  gates: "object",
  measure: "boolean",
  metrics: "object",
  network: "any",
  resolve: "function",
  runtimeSpecifier: "string",
  seed: "number",
  set: "object",
  steps: "object",
  threads: "number",
  typescript: "boolean",
  weights: "object",
};
/** Those of `run` besides. */
const hostOptions: Readonly<Record<Exclude<keyof HostOptions, keyof ProgramOptions>, Kind>> = {
  callbacks: "object",
  checkpointEvery: "string",
  latency: "boolean",
  log: "string",
  onProgress: "function",
  out: "string",
  restart: "boolean",
  resume: "boolean",
  signal: "object",
  tensorboard: "string",
};

const { allowJs, backend, batch, data, masks, network, seed, set, threads } = programOptions;
/** Those of `openSession`. */
const sessionOptions: Readonly<Record<keyof SessionOptions, Kind>> = {
  ...{ allowJs, backend, batch, data, masks, network, seed, set, threads },
  ...javascriptOf(programOptions),
  onProgress: hostOptions.onProgress,
  validation: "number",
};

/**
 * What a caller gave, whose mistakes the types of TypeScript may not have seen.
 * @throws DiagnosticError P7010 for a program that is no text, an option that would not be heard or is of another type
 */
export function checkGiven(
  source: unknown,
  options: object,
  for_: "compileProgram" | "run" | "openSession",
): void {
  if (typeof source !== "string")
    raise("P7010", `a program is a text, not ${source === null ? "null" : typeof source}`, {
      help: `give the text itself: \`${for_}(await readFile("a.prune", "utf8"), …)\``,
    });
  const kinds = new Map(
    Object.entries(
      for_ === "openSession" ? sessionOptions : { ...programOptions, ...(for_ === "run" && hostOptions) },
    ),
  );
  for (const [name, value] of Object.entries(options)) {
    const kind = kinds.get(name);
    if (kind === undefined)
      raise("P7010", `\`${for_}\` has no option \`${name}\``, {
        help: similar(name, kinds.keys(), "option") ?? `known are ${[...kinds.keys()].sort().join(", ")}`,
      });
    if (value === undefined || value === null || kind === "any" || typeof value === kind) continue;
    raise("P7010", `\`${name}\` is a ${kind}, not ${JSON.stringify(value) ?? typeof value}`);
  }
}
