import { raise } from "../../../core/diagnostics/create.js";
import { beginRun } from "./begin.js";
import { nodeHost } from "./node.js";
import type { RunOptions } from "./options.js";
import type { OpenRun } from "./run.js";

/** `beginRun` in a process of Node. @throws DiagnosticError P7010 for the storage of a page */
export async function openRun(given: RunOptions): Promise<OpenRun> {
  if (given.storage !== undefined && given.storage !== null)
    raise("P7010", "`storage` is of pages: a process writes files", { help: "name a folder by `out`" });
  return beginRun(nodeHost, given);
}
