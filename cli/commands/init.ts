import { join, resolve } from "node:path";
import { readdir, stat } from "node:fs/promises";
import { raise } from "../../core/diagnostics/create.js";
import { writeFileSafely } from "../../api/out-folder.js";
import { EXIT, type ExitCode, type Terminal } from "../terminal.js";
import { starterFiles } from "./init-files.js";

/** Writes a small project to start from: a network, a program, a package.json. Never writes over a file. */
export async function init(
  folder: string,
  options: { readonly json?: boolean },
  terminal: Terminal,
): Promise<ExitCode> {
  const path = resolve(terminal.cwd, folder);
  await refuseTaken(path, folder);
  const files = Object.keys(starterFiles);
  for (const [name, text] of Object.entries(starterFiles)) {
    const failure = await writeFileSafely(join(path, name), text);
    if (failure !== null) raise("P9502", `\`${join(folder, name)}\` cannot be written: ${failure}`);
  }
  if (options.json === true) terminal.out(JSON.stringify({ folder, files }, null, 2));
  else
    terminal.out(
      `wrote ${files.join(", ")}\n\n${folder === "." ? "" : `  cd ${folder}\n`}  npm install\n  npx espalier check slim.prune\n  npx espalier run slim.prune\n`,
    );
  return EXIT.ok;
}

async function refuseTaken(path: string, folder: string): Promise<void> {
  const facts = await stat(path).catch(() => null);
  if (facts !== null && !facts.isDirectory())
    raise("P9505", `\`${folder}\` is a file`, { help: "name a folder: espalier init my-network" });
  const present = facts === null ? [] : await readdir(path).catch(() => []);
  const taken = present.filter((name) => Object.hasOwn(starterFiles, name)).map((name) => `\`${name}\``);
  if (taken.length > 0)
    raise("P9505", `\`${folder}\` already holds ${taken.join(", ")}`, {
      help: "name another folder: espalier init my-network",
    });
}
