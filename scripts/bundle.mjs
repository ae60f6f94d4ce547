import { cp, mkdir, readdir, writeFile } from "node:fs/promises";
import { isAbsolute, join } from "node:path";
import { fileURLToPath, pathToFileURL } from "node:url";
import { rolldown } from "rolldown";
import { chunksOf } from "./chunks.mjs";

/** What is loaded from outside: `espalier`, `espalier/compiler` (in browsers too), `espalier/runtime`, the command line, and what other tools load. */
const ENTRIES = {
  index: "index.ts",
  "compiler/index": "compiler/index.ts",
  "runtime/index": "runtime/index.ts",
  "cli/bin": "cli/bin.ts",
  "integrations/prettier": "integrations/prettier.ts",
  "api/train": "api/apart/process.ts",
  "integrations/vite": "integrations/vite.ts",
  "integrations/rollup": "integrations/rollup.ts",
  "integrations/esbuild": "integrations/esbuild.ts",
  "integrations/webpack": "integrations/webpack.ts",
};

/** Built apart: a page is to load nothing that is of Node. */
const PAGE = { "runtime/browser/index": "runtime/browser/index.ts" };

/** Runs in browsers, too. */
const COMPILER = ["compiler/index.ts"];

/** What is to start fast: modules that are loaded together, `check` with what it loads where a network is bound. */
const STARTS = [
  ["cli/bin.ts"],
  ["index.ts"],
  COMPILER,
  ["runtime/index.ts"],
  ["integrations/prettier.ts"],
  ["integrations/vite.ts"],
  [
    "cli/commands/check.ts",
    "runtime/backend/alignment.ts",
    "runtime/checkpoint/masks.ts",
    "runtime/checkpoint/held-masks.ts",
  ],
  ...["run", "fmt", "inspect", "explain", "methods"].map((command) => [`cli/commands/${command}.ts`]),
];

/** Packages of many small modules that every start of the command line needs, put inside: reading them takes longer than running them. */
const INSIDE = /^(@?chevrotain|lodash-es|commander|picocolors|@jridgewell)\//;
const PACKAGE = /.*[\\/]node_modules[\\/]((?:@[^\\/]+[\\/])?[^\\/]+)/;

/**
 * Writes the package's JavaScript into `dist`: a few files instead of several hundred, for a start spends most of its time finding
 * and reading modules (`chunks.mjs` says which lie together). What several entries share lies in `dist/shared/`, at the depth of `api/`, so that a path from a
 * module there to the runtime holds in both. The licences of packages put inside go to `dist/licenses/`, the schema of the IR beside
 * the entries. `more` are further entries.
 */
export async function bundle(root, dist, more = {}) {
  const output = [
    ...(await built(
      root,
      dist,
      { ...ENTRIES, ...more },
      "node",
      "shared",
      chunksOf(root, STARTS, [COMPILER]),
    )),
    ...(await built(root, dist, PAGE, "browser", "runtime/browser")),
  ];
  const { irSchema } = await import(pathToFileURL(join(dist, "index.js")).href);
  await writeFile(join(dist, "ir.schema.json"), `${JSON.stringify(irSchema(), null, 2)}\n`);
  const modules = output.flatMap((chunk) => (chunk.type === "chunk" ? chunk.moduleIds : []));
  // Written by hand, for tsc emits no declarations of what programs are.
  await cp(join(root, "integrations/client.d.ts"), join(dist, "integrations/client.d.ts"));
  await copyLicenses(modules, join(dist, "licenses"));
}

/** Bundles entries with what they share in a folder of its own. */
async function built(root, dist, input, platform, shared, ...plugins) {
  const build = await rolldown({
    cwd: root,
    input,
    platform,
    plugins,
    external: (id, importer) =>
      importer !== undefined && !id.startsWith(".") && !isAbsolute(id) && !INSIDE.test(`${id}/`),
  });
  const { output } = await build.write({
    dir: dist,
    sourcemap: true,
    chunkFileNames: `${shared}/[name]-[hash].js`,
    // A start reads all of it: what is said about the code stands in its source and its types.
    comments: { legal: true, annotation: true, jsdoc: false },
  });
  await build.close();
  return output;
}

async function copyLicenses(modules, folder) {
  const packages = new Map(
    modules
      .map((id) => PACKAGE.exec(id))
      .filter((found) => found !== null)
      .map(([path, name]) => [name, path]),
  );
  await mkdir(folder, { recursive: true });
  for (const [name, path] of packages) {
    const license = (await readdir(path)).find((file) => /^licen[cs]e/i.test(file));
    if (license === undefined) throw new Error(`${name} comes without a licence`);
    await cp(join(path, license), join(folder, `${name.replace(/[\\/]/, "-")}.txt`));
  }
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  const root = fileURLToPath(new URL("..", import.meta.url));
  await bundle(root, join(root, "dist"));
}
