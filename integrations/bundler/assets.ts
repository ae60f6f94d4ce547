import { mkdirSync, writeFileSync } from "node:fs";
import { dirname, posix, resolve } from "node:path";
import type { BuildOptions } from "esbuild";
import type { NativeBuildContext } from "unplugin";
import type { ResolvedConfig, ViteDevServer } from "vite";
import { hashOf } from "./model/digest.js";
import type { TrainedFiles } from "./model/entry.js";

/** A file of the output. */
export interface Asset {
  /** Path below the output folder, with slashes. */
  readonly fileName: string;
  readonly source: Buffer;
}
/** A network as files whose names tell their contents. */
export interface Assets {
  readonly model: Asset;
  readonly weights: readonly Asset[];
}

/** A network's files, their names unlike those of any other; the model names its weights as they lie beside it. */
export function assetsOf(name: string, { model, weights }: TrainedFiles, folder: string): Assets {
  const digests = [...weights].map(([path, bytes]) => [path, bytes.toString("base64")]);
  const stem = `${name}-${hashOf([model, digests]).slice(0, 8)}`;
  const many = weights.size > 1;
  const renamed = new Map(
    [...weights.keys()].map((path, i) => [path, `${stem}${many ? `-${i + 1}` : ""}.bin`]),
  );
  const at = (file: string) => posix.join(folder, file);
  const weightsManifest = model.weightsManifest.map((group) => ({
    ...group,
    paths: group.paths.map((path) => renamed.get(path) ?? path),
  }));
  return {
    model: {
      fileName: at(`${stem}.json`),
      source: Buffer.from(JSON.stringify({ ...model, weightsManifest })),
    },
    weights: [...weights].map(([path, source]) => ({ fileName: at(renamed.get(path) ?? path), source })),
  };
}

/** A module that exports the URL of a network. */
const exporting = (url: string): string => `export default ${url};\n`;

/** Rollup, Rolldown and Vite's build: files that the bundler emits, and a URL that it writes for each format. */
export function emitted(
  { model, weights }: Assets,
  emit: (file: Asset & { readonly type: "asset" }) => unknown,
): string {
  for (const one of weights) emit({ type: "asset", ...one });
  return exporting(`import.meta.ROLLUP_FILE_URL_${String(emit({ type: "asset", ...model }))}`);
}

/** webpack: files of the module, so that they come from its cache with it. */
export function emittedByWebpack(
  { model, weights }: Assets,
  { loaderContext }: Extract<NativeBuildContext, { readonly framework: "webpack" }>,
): string {
  for (const { fileName, source } of [model, ...weights]) loaderContext?.emitFile(fileName, source);
  return exporting(`__webpack_public_path__ + ${JSON.stringify(model.fileName)}`);
}

/**
 * esbuild: files beside the output, which with `write: false` nobody gets. Where there is a `publicPath` URLs begin with it, else they
 * are relative to the module in a module, to the page elsewhere.
 */
export function writtenForEsbuild(
  { model, weights }: Assets,
  { outdir, outfile, publicPath, format, platform, bundle, write }: BuildOptions,
): string {
  const folder = outdir ?? (outfile === undefined ? undefined : dirname(outfile));
  if (folder !== undefined && write !== false)
    for (const { fileName, source } of [model, ...weights]) {
      const path = resolve(folder, fileName);
      mkdirSync(dirname(path), { recursive: true });
      writeFileSync(path, source);
    }
  const relative = JSON.stringify(`./${model.fileName}`);
  if (publicPath !== undefined && publicPath !== "")
    return exporting(JSON.stringify(`${publicPath.replace(/\/?$/, "/")}${model.fileName}`));
  const usual =
    bundle !== true ? "esm" : platform === "node" ? "cjs" : platform === "neutral" ? "esm" : "iife";
  const kind = format ?? usual;
  if (kind === "esm") return exporting(`new URL(${relative}, import.meta.url).href`);
  if (kind === "cjs")
    return exporting(
      `require("node:url").pathToFileURL(require("node:path").join(__dirname, ${relative})).href`,
    );
  return exporting(relative);
}

/** Vite: what its configuration says, and a server that has the files in memory. */
export class ViteAssets {
  readonly #served = new Map<string, Buffer>();
  #config: ResolvedConfig | null = null;

  readonly hooks = {
    configResolved: (config: ResolvedConfig): void => void (this.#config = config),
    configureServer: (server: ViteDevServer): void =>
      void server.middlewares.use((request, response, next) => {
        const [path = ""] = (request.url ?? "").split("?", 1);
        const found = this.#served.get(path);
        if (found === undefined) return next();
        response.setHeader(
          "Content-Type",
          path.endsWith(".json") ? "application/json" : "application/octet-stream",
        );
        response.end(found);
      }),
  };

  get folder(): string {
    return this.#config?.build.assetsDir ?? "assets";
  }

  get isServing(): boolean {
    return this.#config?.command === "serve";
  }

  /** Where the development server has the files: below its base, which plugins of Vite see in the URLs of requests. */
  served({ model, weights }: Assets): string {
    const base = new URL(this.#config?.base ?? "/", "http://localhost/").pathname;
    const at = (file: string) => posix.join(base, "@espalier", file);
    for (const { fileName, source } of [model, ...weights]) this.#served.set(at(fileName), source);
    return exporting(JSON.stringify(at(model.fileName)));
  }
}
