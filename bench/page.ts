import { gzipSync } from "node:zlib";
import { build } from "esbuild";
import { writeResult } from "./result.js";

/** Bytes of JavaScript, minified and as a web server sends them. */
interface Bytes {
  minified: number;
  gzipped: number;
}

/** What a page loads for `openRun`, whose code that is, and what comes later, when a backend is opened. */
const { metafile, outputFiles } = await build({
  stdin: {
    contents: 'export { importedLoop, openRun } from "./runtime/browser/index.js";',
    resolveDir: process.cwd(),
  },
  bundle: true,
  minify: true,
  splitting: true,
  platform: "browser",
  format: "esm",
  outdir: "out",
  write: false,
  metafile: true,
  legalComments: "none",
  logLevel: "error",
});

const contents = new Map(
  outputFiles.map(({ path, contents }) => [path.replace(`${process.cwd()}/`, ""), contents]),
);
const entry =
  Object.keys(metafile.outputs).find((path) => metafile.outputs[path]?.entryPoint === "<stdin>") ?? "";

/** Outputs that are loaded with these, `later` those that are loaded on demand too. */
function loaded(from: string, later: boolean): ReadonlySet<string> {
  const all = new Set([from]);
  for (const path of all)
    for (const { kind, path: next } of metafile.outputs[path]?.imports ?? [])
      if (later || kind === "import-statement") all.add(next);
  return all;
}

const total = (paths: Iterable<string>): Bytes => {
  const sum = { minified: 0, gzipped: 0 };
  for (const path of paths) {
    const bytes = contents.get(path) ?? new Uint8Array();
    sum.minified += bytes.length;
    sum.gzipped += gzipSync(bytes, { level: 6 }).length;
  }
  return sum;
};

const atOnce = loaded(entry, false);
const bySource: Record<string, number> = {};
for (const path of atOnce)
  for (const [input, { bytesInOutput }] of Object.entries(metafile.outputs[path]?.inputs ?? {})) {
    const [, name = "espalier"] = /.*node_modules\/((?:@[^/]+\/)?[^/]+)/.exec(input) ?? [];
    bySource[name] = (bySource[name] ?? 0) + bytesInOutput;
  }
const largest = Object.entries(bySource).sort(([, a], [, b]) => b - a);
const everything = loaded(entry, true);
writeResult("page", {
  atOnce: total(atOnce),
  minifiedBySource: Object.fromEntries(largest.filter(([, bytes]) => bytes >= 1000)),
  onDemand: total([...everything].filter((path) => !atOnce.has(path))),
});
