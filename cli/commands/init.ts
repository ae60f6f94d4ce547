import { basename, join, relative, resolve, sep } from "node:path";
import { readdir, readFile, stat } from "node:fs/promises";
import { DiagnosticError, type Diagnostic } from "../../core/diagnostics/diagnostic.js";
import { raise } from "../../core/diagnostics/create.js";
import { isObject, own } from "../../core/network/json.js";
import { counted } from "../../core/ir/words.js";
import { writeFileSafely } from "../../api/out-folder.js";
import { reasonOf } from "../../runtime/reason.js";
import { EXIT, type ExitCode, type Terminal } from "../terminal.js";
import { dependencies, manifest, programFor, starterFiles } from "./init-files.js";

/**
 * Writes what there is to start from: a program, a network or the path of one's own, and what `package.json` lacks. Never writes over
 * a file; of a `package.json` that is there all stays, and dependencies come that it does not name.
 */
export async function init(
  folder: string,
  options: { readonly json?: boolean; readonly network?: string },
  terminal: Terminal,
): Promise<ExitCode> {
  const path = resolve(terminal.cwd, folder);
  const files =
    options.network === undefined
      ? starterFiles
      : { "slim.prune": programFor(await pathOf(options.network, path, terminal)) };
  await refuseTaken(path, folder, Object.keys(files));
  const { text, added } = await dependenciesIn(join(path, "package.json"), folder);
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
    `npx espalier run slim.prune${options.network === undefined ? "" : " --data …"}`,
  ];
  terminal.out(`wrote ${names.join(", ")}${installs}\n\n${steps.map((step) => `  ${step}\n`).join("")}`);
  return EXIT.ok;
}

/** The path of a network that is there, as a program in the folder writes it. */
async function pathOf(network: string, folder: string, { cwd }: Terminal): Promise<string> {
  const { networkFacts } = await import("../../api/bound.js");
  const found = resolve(cwd, network);
  const mistakes: Diagnostic[] = [];
  if ((await networkFacts(found, {}, mistakes)) === null) throw new DiagnosticError(mistakes);
  return relative(folder, found).split(sep).join("/");
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

/** The `package.json` as it shall be, null where it may stay as it is, and the dependencies that it lacked. */
async function dependenciesIn(
  file: string,
  folder: string,
): Promise<{ readonly text: string | null; readonly added: readonly string[] }> {
  if ((await stat(file).catch(() => null)) === null)
    return { text: `${JSON.stringify(manifest, null, 2)}\n`, added: Object.keys(dependencies) };
  const shown = `\`${join(folder, basename(file))}\``;
  const help = "mend it, or name another folder: espalier init my-network";
  const text = await readFile(file, "utf8").catch((cause: unknown) =>
    raise("P9505", `${shown} cannot be read: ${reasonOf(cause)}`, { help }),
  );
  let given: unknown;
  try {
    given = JSON.parse(text.replace(/^\ufeff/, ""));
  } catch {
    raise("P9505", `${shown} is no JSON`, { help });
  }
  if (!isObject(given)) return raise("P9505", `${shown} is no object`, { help });
  const lists = ["dependencies", "devDependencies", "peerDependencies"].map((key) => own(given, key));
  const added = Object.keys(dependencies).filter(
    (name) => !lists.some((list) => isObject(list) && own(list, name) !== undefined),
  );
  if (added.length === 0) return { text: null, added };
  const [before] = lists;
  const more = Object.fromEntries(added.map((name) => [name, dependencies[name]]));
  const whole = { ...given, dependencies: { ...(isObject(before) && before), ...more } };
  const indent = /^[{]\s*?\n([ \t]+)/.exec(text)?.[1] ?? "  ";
  return { text: `${JSON.stringify(whole, null, indent)}\n`, added };
}
