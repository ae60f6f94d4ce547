import { mkdir, readdir, readFile, writeFile } from "node:fs/promises";
import { dirname, join } from "node:path";
import ts from "typescript";

/** Folders that programs run by the tests import from. */
const sources = ["grammar", "compiler/ir", "compiler/network", "runtime"];

/**
 * Copies the sources, and these files, as JavaScript under a folder inside node_modules, so that plain Node can run them in
 * processes of their own. Types are taken off, not checked.
 */
export async function transpile(folder: string, files: readonly string[] = []): Promise<void> {
  const all = [...files];
  for (const source of sources) {
    for (const entry of await readdir(source, { recursive: true, withFileTypes: true })) {
      if (entry.isFile() && entry.name.endsWith(".ts")) all.push(join(entry.parentPath, entry.name));
    }
  }
  const compilerOptions = {
    target: ts.ScriptTarget.ES2022,
    module: ts.ModuleKind.ESNext,
    verbatimModuleSyntax: true,
  };
  for (const file of all) {
    const { outputText } = ts.transpileModule(await readFile(file, "utf8"), { compilerOptions });
    const target = join(folder, file.replace(/\.ts$/, ".js"));
    await mkdir(dirname(target), { recursive: true });
    await writeFile(target, outputText);
  }
  await writeFile(join(folder, "package.json"), '{ "type": "module" }');
}
