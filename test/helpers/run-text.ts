import type * as runtime from "../../runtime/index.js";

/** What an emitted module exports, run in this process. */
export type Loop = (options: runtime.RunOptions) => Promise<runtime.RunResult>;

/**
 * The loop of an emitted module over the runtime given, without a file: its text with the import, the exports and the call of the
 * command line taken out. Thousands of loops leave nothing behind, as modules would.
 */
export function loopOf(code: string, imports: object): Loop {
  const body = code
    .replace(/import \{([^}]*)\} from "[^"]*";/, (_, names: string) => `const {${names}} = runtime;`)
    .replace("export const settings", "const settings")
    .replace("export default async function", "async function")
    .replace(/await runFromCommandLine\([^]*$/, "return loop;");
  return new Function("runtime", body)({ ...imports, runFromCommandLine: undefined });
}
