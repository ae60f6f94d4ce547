import { existsSync } from "node:fs";
import { diagnostic } from "../../core/diagnostics/create.js";
import type { Options } from "./options.js";
import { compileFile, type Compiled } from "./program.js";
import { writeTypes } from "../../api/types-file.js";

/** What an import of a program asks for. */
export interface Request {
  /** Absolute, without a query. */
  readonly path: string;
  /** Whether for the network that it leaves (`?model`) instead of its training function. */
  readonly model: boolean;
}

/** Null for what is no program, or another query (`?raw`, `?url`), which is the bundler's own. */
export function requestOf(id: string): Request | null {
  const [path = "", query = ""] = id.split("?", 2);
  if (!path.endsWith(".prune")) return null;
  const asked = [...new URLSearchParams(query).keys()].filter((key) => !/^(t|v|import)$/.test(key));
  if (asked.length > 1) return null;
  const [only] = asked;
  return only === undefined || only === "model" ? { path, model: only === "model" } : null;
}

/** An imported program, with its types kept beside it. */
export async function load(path: string, options: Options): Promise<Compiled> {
  const compiled = await compileFile(path, options, "imported");
  const result = compiled.compiled?.result;
  const types = options.types ?? existsSync("tsconfig.json");
  if (!types || result === undefined || compiled.code === null) return compiled;
  const failure = await writeTypes(path, result);
  if (failure === null) return compiled;
  const { code, message } = diagnostic("P9502", `its types cannot be written: ${failure}`);
  const warning = { code, message, severity: "warning" as const };
  return { ...compiled, diagnostics: [...compiled.diagnostics, warning] };
}
