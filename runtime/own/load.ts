import { createHash } from "node:crypto";
import { readFile } from "node:fs/promises";
import { resolve } from "node:path";
import { pathToFileURL } from "node:url";
import { diagnostic } from "../../core/diagnostics/create.js";
import { DiagnosticError } from "../../core/diagnostics/diagnostic.js";
import { exportOf, javascript } from "../../core/ir/imports.js";
import type { ImportIr } from "../../core/ir/types.js";
import { isObject } from "../../core/network/json.js";
import { reasonOf } from "../reason.js";
import { settled } from "../settled.js";
import { thrownByModule } from "../module-error.js";
import type { GivenImport } from "./functions.js";
import { readDefinition } from "./read.js";

/** Seconds that a module may take to be evaluated: one may wait at its top for what never comes. */
const limit = 30;

/**
 * What a program imports from JavaScript, run. A file that changed since it was last loaded is loaded anew.
 * @throws DiagnosticError P7018, at the `use`
 */
export async function loadImports(
  imports: readonly (ImportIr & { readonly from: string })[],
  folder: string,
  seconds = limit,
): Promise<readonly GivenImport[]> {
  const loaded: GivenImport[] = [];
  for (const { id, kind, name, from } of imports) {
    const path = resolve(folder, from);
    const content = await readFile(path).then(
      (bytes) => createHash("sha256").update(bytes).digest("hex"),
      (cause: unknown) => refuse(id, `"${from}" cannot be read: ${reasonOf(cause)}`),
    );
    const module = await imported(`${pathToFileURL(path).href}?${content.slice(0, 16)}`, seconds).catch(
      (cause: unknown) => {
        const { reason, frames, help } = thrownByModule(cause, path);
        return refuse(id, `"${from}" cannot be loaded: ${reason}`, frames, help);
      },
    );
    const exported = exportOf(name);
    const value = module[exported];
    const wrong = value === undefined ? "" : readDefinition(kind, value);
    if (typeof wrong === "string") {
      const fitting = Object.keys(module).filter(
        (one) => typeof readDefinition(kind, module[one]) !== "string",
      );
      const { member, option, example } = javascript[kind];
      const what =
        value === undefined
          ? `has no export \`${exported}\``
          : member === null
            ? `has no function among its exports called \`${exported}\``
            : `exports \`${exported}\`, which ${wrong}`;
      const help =
        fitting.length === 0
          ? `export it by its name: \`export const ${exported} = ${example}\``
          : `its ${member === null ? "functions" : option} are ${fitting.map((one) => `\`${one}\``).join(", ")}`;
      refuse(id, `"${from}" ${what}`, [], help);
    }
    loaded.push({ id, kind, name, from, value, content });
  }
  return loaded;
}

async function imported(url: string, seconds: number): Promise<Readonly<Record<string, unknown>>> {
  const module: unknown = await settled(import(url), seconds);
  return isObject(module) ? module : {};
}

function refuse(id: number, message: string, notes: readonly string[] = [], help?: string): never {
  throw new DiagnosticError([{ ...diagnostic("P7018", message, null, { notes, help }), statement: id }]);
}
