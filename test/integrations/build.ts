import { node } from "../e2e/cli.js";
import type { Project } from "../e2e/project.js";

export const bundlers = ["vite", "rollup", "esbuild", "webpack"] as const;
export type Bundler = (typeof bundlers)[number];

/** Builds the entry of each job with its bundlers into `dist/<bundler>.mjs`; prints what each said. */
const script = `
import { resolve } from "node:path";
let entry, options;
const load = async (name) => [(await import("espalier/" + name)).default, await import(name)];
const external = /^espalier\\//;
const builds = {
  async vite(said) {
    const [plugin, { build, createLogger }] = await load("vite");
    const logger = { ...createLogger("silent"), warn: (text) => said.warnings.push(text), warnOnce: (text) => said.warnings.push(text) };
    await build({
      configFile: false, logLevel: "warn", customLogger: logger, plugins: [plugin(options)],
      build: { sourcemap: true, outDir: "dist/vite", minify: false, lib: { entry, formats: ["es"], fileName: () => "main.mjs" }, rollupOptions: { external } },
    });
  },
  async rollup(said) {
    const [plugin, { rollup }] = await load("rollup");
    const build = await rollup({ input: entry, external, plugins: [plugin(options)], onwarn: (one) => said.warnings.push(one) });
    await build.write({ dir: "dist/rollup", entryFileNames: "main.mjs", sourcemap: true });
    said.watched = build.watchFiles;
  },
  async esbuild(said) {
    const [plugin, { build }] = await load("esbuild");
    const { warnings } = await build({
      entryPoints: { main: entry }, bundle: true, platform: "node", format: "esm", outdir: "dist/esbuild", outExtension: { ".js": ".mjs" },
      packages: "external", sourcemap: true, plugins: [plugin(options)], logLevel: "silent",
    });
    said.warnings.push(...warnings);
  },
  async webpack(said) {
    const [plugin, { default: webpack }] = await load("webpack");
    const stats = await new Promise((done, failed) =>
      webpack({
        mode: "production", target: "node", context: process.cwd(), entry: "./" + entry, devtool: "source-map", plugins: [plugin(options)],
        experiments: { outputModule: true }, externals: [/^espalier\\//], externalsType: "module", optimization: { minimize: false },
        output: { path: resolve("dist/webpack"), filename: "main.mjs", library: { type: "module" }, chunkFormat: "module" },
      }).run((cause, stats) => (cause ? failed(cause) : done(stats))));
    const { errors, warnings } = stats.toJson({ errorDetails: false });
    said.warnings.push(...warnings);
    said.watched = [...stats.compilation.fileDependencies];
    if (errors.length > 0) throw Object.assign(new Error(errors[0].message), { errors });
  },
};
const outcomes = [];
for (const { only, ...job } of JSON.parse(process.argv[2])) {
  ({ entry, options } = job);
  const outcome = {};
  outcomes.push(outcome);
  for (const name of only ?? Object.keys(builds)) {
    const said = (outcome[name] = { warnings: [], error: null, watched: [] });
    try { await builds[name](said); }
    catch (cause) { said.error = { message: cause.message, loc: cause.loc, frame: cause.frame, id: cause.id, errors: cause.errors }; }
  }
}
console.log(JSON.stringify({ outcomes }));
`;

export interface Said {
  readonly warnings: readonly unknown[];
  readonly watched: readonly string[];
  readonly error: null | {
    readonly message: string;
    readonly loc?: { readonly file: string; readonly line: number; readonly column: number };
    readonly frame?: string;
    readonly errors?: readonly {
      readonly text?: string;
      readonly location?: object;
      readonly message?: string;
      readonly loc?: string;
      readonly moduleName?: string;
    }[];
  };
}

/** What is built, and by which bundlers; by all where it does not say. */
export interface Job {
  readonly entry: string;
  readonly options?: object;
  readonly only?: readonly Bundler[];
}
type Outcome = Readonly<Record<Bundler, Said>>;

/** Builds some things one after another, in one process. */
export async function builtAll(
  project: Project,
  jobs: readonly Job[],
  env: Readonly<Record<string, string>> = {},
): Promise<{ readonly outcomes: readonly Outcome[]; readonly err: string }> {
  project.write("build.mjs", script);
  const { code, out, err } = await node(project, ["build.mjs", JSON.stringify(jobs)], {
    env: { CI: "", ...env },
  });
  if (code !== 0) throw new Error(err);
  return { ...JSON.parse(out.slice(out.lastIndexOf('{"outcomes"'))), err };
}

/** Builds one thing. */
export async function built(
  project: Project,
  { env, ...job }: Job & { readonly env?: Readonly<Record<string, string>> },
): Promise<Outcome & { readonly err: string }> {
  const { outcomes, err } = await builtAll(project, [job], env);
  const [outcome] = outcomes;
  if (outcome === undefined) throw new Error("nothing was built");
  return { ...outcome, err };
}
