import { mkdir, readdir, writeFile } from "node:fs/promises";
import { join, resolve } from "node:path";
import { commandDiagnostic } from "../codes.js";
import { EXIT, type ExitCode } from "../exit.js";
import { report } from "../report.js";
import type { Terminal } from "../terminal.js";
import { starterFiles } from "./init-files.js";

/** Writes a small project to start from: a network, a program, a package.json. Refuses a folder that is not empty. */
export async function init(
  folder: string,
  options: { readonly json?: boolean },
  terminal: Terminal,
): Promise<ExitCode> {
  const path = resolve(terminal.cwd, folder);
  const present = await readdir(path).catch(() => []);
  const taken = present.filter((name) => name in starterFiles);
  if (taken.length > 0) {
    const diagnostic = commandDiagnostic(
      "P9505",
      `\`${folder}\` already holds ${taken.map((name) => `\`${name}\``).join(", ")}`,
      "name another folder: espalier init my-network",
    );
    report([diagnostic], null, options, terminal);
    return EXIT.failed;
  }
  await mkdir(path, { recursive: true });
  for (const [name, text] of Object.entries(starterFiles))
    await writeFile(join(path, name), text, { flag: "wx" });
  const names = Object.keys(starterFiles);
  if (options.json === true) terminal.out(JSON.stringify({ folder, files: names }));
  else
    terminal.out(
      `wrote ${names.join(", ")}\n\n${folder === "." ? "" : `  cd ${folder}\n`}  npm install\n  npx espalier check slim.prune\n  npx espalier run slim.prune\n`,
    );
  return EXIT.ok;
}
