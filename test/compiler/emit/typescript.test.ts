import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import ts from "typescript";
import { afterAll, expect, it } from "vitest";
import { compile } from "../../../compiler/compile.js";
import { typesOf } from "../../../api/types-file.js";
import { runs } from "../../helpers/runs.js";
import { casesIn } from "../../helpers/cases.js";

const root = fileURLToPath(new URL("../../../", import.meta.url));
mkdirSync(join(root, "node_modules/.cache"), { recursive: true });
const folder = mkdtempSync(join(root, "node_modules/.cache/typescript-"));
afterAll(() => rmSync(folder, { recursive: true }));

/** Mistakes that tsc finds in loops, under the strictest options that people set. */
function mistakesIn(files: readonly string[]): readonly string[] {
  const { config } = ts.readConfigFile(join(root, "tsconfig.json"), ts.sys.readFile);
  const { options } = ts.convertCompilerOptionsFromJson(config.compilerOptions, root);
  const program = ts.createProgram([...files], {
    ...options,
    incremental: false,
    // A `repeat` has its counter, read or not.
    noUnusedLocals: false,
    noPropertyAccessFromIndexSignature: true,
    noImplicitReturns: true,
    erasableSyntaxOnly: true,
    allowArbitraryExtensions: true,
    paths: { "espalier/*": [join(root, "*/index.ts")] },
  });
  const sources = files.map((file) => program.getSourceFile(file));
  return sources
    .flatMap((source) => [
      ...program.getSyntacticDiagnostics(source),
      ...program.getSemanticDiagnostics(source),
    ])
    .map((one) => `${one.file?.fileName}: ${ts.flattenDiagnosticMessageText(one.messageText, "\n")}`);
}

/** A module that imports a program by its types. */
function importer(): string {
  const result = compile('param share = 25%\nparam "learning-rate" = 0.1\n'.replace(/"/g, ""), {
    file: "typed.prune",
  });
  writeFileSync(join(folder, "typed.d.prune.ts"), typesOf(result));
  writeFileSync(join(folder, "plain.d.prune.ts"), typesOf(compile("slim", { file: "plain.prune" })));
  const path = join(folder, "importer.ts");
  writeFileSync(
    path,
    `import train from "./typed.prune";
import plain, { type Options } from "./plain.prune";
const { report } = await train({ seed: 2, set: { share: "50%", "learning-rate": 0.01 } });
export const macs: number = report.after.macs;
// @ts-expect-error: no such parameter
await train({ set: { shaer: "50%" } });
// @ts-expect-error: no value
await train({ set: { share: true } });
// @ts-expect-error: no parameters
await plain({ set: { share: "50%" } });
const options: Options = { network: "model.json" };
await plain(options);
`,
  );
  return path;
}

/** tsc reads all of the runtime for it: `npm run test:long`. */
it.runIf(runs(0, 1) > 0)(
  "loops in TypeScript, and what imports programs, hold to the types of the runtime",
  () => {
    const files: string[] = [];
    const runtimeSpecifier = join(root, "runtime/index.js");
    const cases = [...casesIn(join(root, "test/cases/programs")), ...casesIn(join(root, "examples"))];
    for (const { name, text } of cases)
      for (const form of ["program", "imported"] as const) {
        const { code } = compile(text, { typescript: true, form, runtimeSpecifier });
        if (code === null) continue;
        const path = join(folder, `${name.replaceAll("/", "-")}-${form}.ts`);
        writeFileSync(path, code);
        files.push(path);
        // What a program uses from JavaScript of its own, of which nothing is known.
        for (const [, names = "", module = ""] of code.matchAll(
          /^import \{ ([^}]*) \} from "\.\/(\w+)\.js";$/gm,
        ))
          writeFileSync(
            join(folder, `${module}.d.ts`),
            names
              .split(", ")
              .map((one) => `export const ${one.split(" as ")[0] ?? ""}: any;\n`)
              .join(""),
          );
      }
    expect(files.length).toBeGreaterThan(100);
    files.push(importer());
    expect(mistakesIn(files)).toEqual([]);
  },
  120_000,
);
