import { existsSync, readFileSync } from "node:fs";
import { readFile, stat } from "node:fs/promises";
import { dirname, join, relative, resolve, sep } from "node:path";
import { fileURLToPath } from "node:url";
import { raise } from "../../core/diagnostics/create.js";
import { isObject, own } from "../../core/network/json.js";
import { version } from "../../compiler/version.js";
import { reasonOf } from "../../runtime/reason.js";

/**
 * The `package.json` of a folder as it shall be with espalier and what is needed besides, null where it may stay as it is, and the
 * dependencies that it lacked. All that stands there stays, indented as it is. `shownFolder` is what the folder is called.
 * @throws DiagnosticError P9505 when it cannot be read or is no JSON object
 */
export async function dependenciesIn(
  folder: string,
  shownFolder: string,
  needs: Readonly<Record<string, string>>,
): Promise<{ readonly text: string | null; readonly added: readonly string[] }> {
  const dependencies: Readonly<Record<string, string>> = { espalier: specifier(folder), ...needs };
  const file = join(folder, "package.json");
  if ((await stat(file).catch(() => null)) === null) {
    const manifest = { name: "pruned-network", private: true, type: "module", dependencies };
    return { text: `${JSON.stringify(manifest, null, 2)}\n`, added: Object.keys(dependencies) };
  }
  const shown = `\`${join(shownFolder, "package.json")}\``;
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
  const lists = KINDS.map((key) => own(given, key));
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

const KINDS = ["dependencies", "devDependencies", "optionalDependencies", "peerDependencies"] as const;

/**
 * What npm shall install as espalier: what the project around this copy names, where that is a file of its own, or the folder this copy
 * lies in where it is installed nowhere; else the version.
 */
function specifier(folder: string): string {
  const home = packageHome();
  const at = home.lastIndexOf(`${sep}node_modules${sep}`);
  if (at < 0) return fileSpecifier(folder, home);
  const project = home.slice(0, at);
  const named = specifierIn(join(project, "package.json"));
  return named?.startsWith("file:")
    ? fileSpecifier(folder, resolve(project, named.slice(5)))
    : (named ?? version);
}

const fileSpecifier = (folder: string, path: string): string =>
  `file:${relative(folder, path).split(sep).join("/") || "."}`;

function specifierIn(path: string): string | null {
  try {
    const manifest: unknown = JSON.parse(readFileSync(path, "utf8"));
    for (const kind of KINDS) {
      const listed = isObject(manifest) ? manifest[kind] : undefined;
      const found = isObject(listed) ? listed["espalier"] : undefined;
      if (typeof found === "string") return found;
    }
  } catch {
    // A project without a manifest names nothing.
  }
  return null;
}

/** The folder of this package. */
function packageHome(): string {
  let folder = dirname(fileURLToPath(import.meta.url));
  while (!existsSync(join(folder, "package.json"))) folder = dirname(folder);
  return folder;
}
