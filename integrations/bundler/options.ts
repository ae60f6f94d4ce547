import { raise } from "../../core/diagnostics/create.js";
import { similar } from "../../core/diagnostics/nearest.js";
import { backendNames, type BackendName } from "../../runtime/types.js";

/** What the plugin for bundlers takes. Paths are relative to the working directory. */
export interface Options {
  /** What programs are checked for and, with `?model`, trained: a model.json, its folder or a module. Default: what each program names. */
  readonly network?: string | undefined;
  /** Path or name of data. Default: what each program names. */
  readonly data?: string | undefined;
  /** Values of `param`s, as `--set` has them: `{ sparsity: "95%" }`. */
  readonly set?: Readonly<Record<string, string>> | undefined;
  /** Epochs of programs that say none. */
  readonly epochs?: number | undefined;
  /** Examples per step where a program says nothing. Default 32. */
  readonly batch?: number | undefined;
  /** Default 1. */
  readonly seed?: number | undefined;
  /** Whether warnings end the build as errors do. Default false. */
  readonly strict?: boolean | undefined;
  /** Whether `schedule.d.prune.ts`, with the program's parameters, is kept beside each `schedule.prune` that is imported. Default: where the working directory has a tsconfig.json. */
  readonly types?: boolean | undefined;
  /** Module that loops import. Default "espalier/runtime". */
  readonly runtime?: string | undefined;
  /** Whether `?model` trains what the cache does not hold; false: that is an error. Default: unless the environment variable CI is set. */
  readonly train?: boolean | undefined;
  /** Whether `?model` may run the JavaScript that programs name (`use loss … from "./x.js"`). Default false: P7021. */
  readonly allowJs?: boolean | undefined;
  /** Folder of trained networks. Default "node_modules/.cache/espalier". */
  readonly cache?: string | undefined;
  /** Folder of trained networks in the output. Default "assets", under Vite its `build.assetsDir`. */
  readonly assets?: string | undefined;
  /** Backend that `?model` trains on. Default "auto". */
  readonly backend?: BackendName | "auto" | undefined;
  /** Threads of the wasm backend. Default 1. */
  readonly threads?: number | undefined;
}

const kinds: Readonly<Record<keyof Options, "string" | "number" | "boolean" | "object">> = {
  network: "string",
  data: "string",
  set: "object",
  epochs: "number",
  batch: "number",
  seed: "number",
  strict: "boolean",
  types: "boolean",
  runtime: "string",
  train: "boolean",
  allowJs: "boolean",
  cache: "string",
  assets: "string",
  backend: "string",
  threads: "number",
};

/** @throws DiagnosticError P7010 for an option that would not be heard or is of another type */
export function checkOptions(options: Options): Options {
  const known = new Map(Object.entries(kinds));
  for (const [name, value] of Object.entries(options)) {
    const kind = known.get(name);
    if (kind === undefined)
      raise("P7010", `the plugin has no option \`${name}\``, {
        help: similar(name, known.keys(), "option") ?? `known are ${[...known.keys()].join(", ")}`,
      });
    if (value !== undefined && (value === null || typeof value !== kind))
      raise("P7010", `\`${name}\` is a ${kind}, not ${JSON.stringify(value) ?? typeof value}`);
  }
  const { backend = "auto" } = options;
  const names: readonly string[] = ["auto", ...backendNames];
  if (!names.includes(backend))
    raise("P7010", `there is no backend \`${backend}\``, { help: `known are ${names.join(", ")}` });
  return options;
}
