import { join, relative, resolve, sep } from "node:path";
import { readdir, stat } from "node:fs/promises";
import { DiagnosticError, type Diagnostic } from "../../core/diagnostics/diagnostic.js";
import { raise } from "../../core/diagnostics/create.js";
import { counted } from "../../core/ir/words.js";
import { writeFileSafely } from "../../api/out-folder.js";
import { EXIT, type ExitCode, type Terminal } from "../terminal.js";
import { starterData, starterFiles } from "./init-files.js";
import { dependenciesIn } from "./init-manifest.js";
import { networkFiles } from "./init-network.js";

/**
 * Writes what there is to start from: a program, a network to try it on or data in the shapes of one's own, and what `package.json` lacks. Never writes over
 * a file; of a `package.json` that is there all stays, and dependencies come that it does not name.
 */
export async function init(
  folder: string,
  options: { readonly json?: boolean; readonly network?: string },
  terminal: Terminal,
): Promise<ExitCode> {
  const path = resolve(terminal.cwd, folder);
  const files =
    options.network === undefined ? starterFiles : await filesAround(options.network, path, terminal);
  await refuseTaken(path, folder, Object.keys(files));
  const { text, added } = await dependenciesIn(
    path,
    folder,
    options.network === undefined ? starterData : {},
  );
  const written = { ...files, ...(text !== null && { "package.json": text }) };
  for (const [name, content] of Object.entries(written)) {
    const failure = await writeFileSafely(join(path, name), content);
    if (failure !== null) raise("P9502", `\`${join(folder, name)}\` cannot be written: ${failure}`);
  }
  const names = Object.keys(files);
  if (options.json === true) {
    terminal.out(JSON.stringify({ folder, files: Object.keys(written), dependencies: added }, null, 2));
    return EXIT.ok;
  }
  const installs =
    added.length === 0 ? "" : `, with ${counted(added.length, "dependencies")} in package.json`;
  const steps = [
    ...(folder === "." ? [] : [`cd ${folder}`]),
    ...(added.length === 0 ? [] : ["npm install"]),
    "npx espalier check slim.prune",
    "npx espalier run slim.prune",
  ];
  terminal.out(`wrote ${names.join(", ")}${installs}\n\n${steps.map((step) => `  ${step}\n`).join("")}`);
  return EXIT.ok;
}

/** A program and data for a network that is there, whose path it writes as seen from the program's folder. */
async function filesAround(
  network: string,
  folder: string,
  { cwd }: Terminal,
): Promise<Readonly<Record<string, string>>> {
  const { networkFacts } = await import("../../api/bound.js");
  const path = resolve(cwd, network);
  const mistakes: Diagnostic[] = [];
  const found = await networkFacts(path, {}, mistakes);
  if (found === null) throw new DiagnosticError(mistakes);
  return networkFiles(found.network, (relative(folder, path) || ".").split(sep).join("/"));
}

async function refuseTaken(path: string, folder: string, names: readonly string[]): Promise<void> {
  const facts = await stat(path).catch(() => null);
  if (facts !== null && !facts.isDirectory())
    raise("P9505", `\`${folder}\` is a file`, { help: "name a folder: espalier init my-network" });
  const present = facts === null ? [] : await readdir(path).catch(() => []);
  const taken = names.filter((name) => present.includes(name)).map((name) => `\`${name}\``);
  if (taken.length > 0)
    raise("P9505", `\`${folder}\` already holds ${taken.join(", ")}`, {
      help: "name another folder: espalier init my-network",
    });
}
