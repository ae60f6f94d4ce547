import { existsSync } from "node:fs";
import { basename, dirname, resolve } from "node:path";
import { createUnplugin, type UnpluginBuildContext, type UnpluginContext } from "unplugin";
import { assetsOf, emitted, emittedByWebpack, ViteAssets } from "./assets.js";
import { esbuildSetup } from "./esbuild.js";
import { load, requestOf } from "./load.js";
import type { TrainedFiles } from "./model/entry.js";
import { trainedModel } from "./model/trained.js";
import { checkOptions, type Options } from "./options.js";
import type { Compiled } from "./program.js";
import { told, type Told } from "./told.js";

type Context = UnpluginBuildContext & UnpluginContext;

/** Tells warnings, then ends the build with the errors, where there are any. */
function tell(this: Context, { diagnostics, ...texts }: Compiled, path: string): string | null {
  const native = this.getNativeBuildContext?.();
  const webpack = native?.framework === "webpack" ? native : null;
  const all = diagnostics.map((one) => ({ severity: one.severity, ...told(one, texts) }));
  for (const one of all) if (one.severity === "warning") this.warn(whole(one, path));
  const errors = all.filter(({ severity }) => severity === "error");
  const [first, ...others] = errors;
  if (first === undefined) return null;
  if (webpack === null) {
    const more = others.map(({ message, frame }) => `\n\n${message}\n${frame}`).join("");
    const said = { ...placed(first, path), message: first.message, frame: first.frame + more };
    this.error(said);
    throw new Error(first.message);
  }
  const { compiler, loaderContext } = webpack;
  const module = loaderContext?._module;
  for (const { message, frame, place } of errors) {
    const error = new compiler.webpack.WebpackError(`${message}\n${frame}`);
    error.hideStack = true;
    if (module !== undefined) error.module = module;
    if (place !== null) error.loc = { start: { line: place.line, column: place.column } };
    module?.addError(error);
  }
  return `throw new Error(${JSON.stringify(first.message)});`;
}

/** A warning with its frame, which bundlers draw around errors alone. */
const whole = (one: Told, path: string) => ({
  ...placed(one, path),
  message: `${one.message}\n${one.frame}`.trimEnd(),
});

function placed({ place }: Told, path: string) {
  if (place === null) return { id: path };
  const file = resolve(place.file);
  return { id: file, loc: { file, line: place.line, column: place.column } };
}

/** One plugin for all bundlers. */
export const espalier = createUnplugin<Options | undefined, false>((given = {}, { framework }) => {
  const options = checkOptions(given);
  const name = "espalier";
  if (framework === "esbuild") return { name, esbuild: { setup: esbuildSetup(options) } };
  const vite = new ViteAssets();
  const shipped = (context: Context, path: string, files: TrainedFiles): string => {
    const native = context.getNativeBuildContext?.();
    const folder = options.assets ?? (framework === "vite" ? vite.folder : "assets");
    const assets = assetsOf(basename(path, ".prune"), files, folder);
    if (native?.framework === "webpack") return emittedByWebpack(assets, native);
    if (framework === "vite" && vite.isServing) return vite.served(assets);
    return emitted(assets, (file) => context.emitFile(file));
  };
  return {
    name,
    enforce: "pre",
    vite: vite.hooks,
    ...(framework !== "webpack" && { resolveId }),
    load: {
      filter: { id: /\.prune(?:\?|$)/ },
      async handler(id) {
        const request = requestOf(id);
        if (request === null) return null;
        const { path, model } = request;
        const loaded = model ? await trainedModel(path, options) : await load(path, options);
        // Rollup watches what it reads itself; Vite has the module's own file in its graph.
        for (const file of loaded.watched) if (framework !== "vite" || file !== path) this.addWatchFile(file);
        const instead = tell.call(this, loaded, path);
        if (instead !== null) return instead;
        if (loaded.trained !== null) return shipped(this, path, loaded.trained);
        return loaded.code === null
          ? null
          : { code: loaded.code, map: loaded.map && JSON.stringify(loaded.map) };
      },
    },
  };
});

/** Paths with a query, which Rollup does not look for. */
function resolveId(id: string, importer: string | undefined): string | null {
  const [path = "", query] = id.split("?", 2);
  if (query === undefined || !/^\.{1,2}\//.test(path) || importer === undefined || requestOf(id) === null)
    return null;
  const found = resolve(dirname(importer.split("?", 1)[0] ?? ""), path);
  return existsSync(found) ? `${found}?${query}` : null;
}
