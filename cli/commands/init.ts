import { join, resolve } from "node:path";
import { readdir, stat } from "node:fs/promises";
import type { Diagnostic } from "../../core/diagnostics/diagnostic.js";
import { diagnostic } from "../../core/diagnostics/create.js";
import { EXIT, type ExitCode } from "../exit.js";
import { report } from "../report.js";
import type { Terminal } from "../terminal.js";
import { writeFileSafely } from "../../api/write-file.js";
import { starterFiles } from "./init-files.js";

/** Writes a small project to start from: a network, a program, a package.json. Never writes over a file. */
export async function init(
  folder: string,
  options: { readonly json?: boolean },
  terminal: Terminal,
): Promise<ExitCode> {
  const path = resolve(terminal.cwd, folder);
  const refused = await refusal(path, folder);
  if (refused !== null) {
    report([refused], null, options, terminal);
    return EXIT.failed;
  }
  for (const [name, text] of Object.entries(starterFiles)) {
    const failure = await writeFileSafely(join(path, name), text);
    if (failure === null) continue;
    const message = `\`${join(folder, name)}\` cannot be written: ${failure}`;
    report([diagnostic("P9502", message)], null, options, terminal);
    return EXIT.failed;
  }
  const files = Object.keys(starterFiles);
  if (options.json === true) terminal.out(JSON.stringify({ folder, files }, null, 2));
  else
    terminal.out(
      `wrote ${files.join(", ")}\n\n${folder === "." ? "" : `  cd ${folder}\n`}  npm install\n  npx espalier check slim.prune\n  npx espalier run slim.prune\n`,
    );
  return EXIT.ok;
}

async function refusal(path: string, folder: string): Promise<Diagnostic | null> {
  const facts = await stat(path).catch(() => null);
  if (facts !== null && !facts.isDirectory())
    return diagnostic("P9505", `\`${folder}\` is a file`, null, {
      help: "name a folder: espalier init my-network",
    });
  const present = facts === null ? [] : await readdir(path).catch(() => []);
  const taken = present.filter((name) => Object.hasOwn(starterFiles, name));
  if (taken.length === 0) return null;
  const message = `\`${folder}\` already holds ${taken.map((name) => `\`${name}\``).join(", ")}`;
  return diagnostic("P9505", message, null, { help: "name another folder: espalier init my-network" });
}
