import { basename, dirname, resolve } from "node:path";
import type { PartialMessage, PluginBuild } from "esbuild";
import type { Diagnostic } from "../../core/diagnostics/diagnostic.js";
import { assetsOf, writtenForEsbuild } from "./assets.js";
import { load, requestOf } from "./load.js";
import { trainedModel } from "./model/trained.js";
import type { Options } from "./options.js";
import { told, type Texts } from "./told.js";

/** esbuild draws frames of its own, from a line and how much of it is meant. */
export const esbuildSetup =
  (options: Options) =>
  (build: PluginBuild): void =>
    build.onLoad({ filter: /\.prune$/ }, async ({ path, suffix }) => {
      const request = requestOf(path + suffix);
      if (request === null) return null;
      const { code, map, diagnostics, trained, watched, ...texts } = request.model
        ? await trainedModel(path, options)
        : await load(path, options);
      const of = (severity: string) =>
        diagnostics.filter((one) => one.severity === severity).map((one) => messageOf(one, texts));
      const errors = of("error");
      const warnings = of("warning");
      const watchFiles = [...watched];
      if (code === null || errors.length > 0) return { errors, warnings, watchFiles };
      if (trained !== null) {
        const assets = assetsOf(basename(path, ".prune"), trained, options.assets ?? "assets");
        const contents = writtenForEsbuild(assets, build.initialOptions);
        return { contents, loader: "js", resolveDir: dirname(path), warnings, watchFiles };
      }
      const base64 = Buffer.from(JSON.stringify(map)).toString("base64");
      const contents = `${code}\n//# sourceMappingURL=data:application/json;base64,${base64}\n`;
      return { contents, loader: "js", resolveDir: dirname(path), warnings, watchFiles };
    });

function messageOf(one: Diagnostic, texts: Texts): PartialMessage {
  const { message, place } = told(one, texts);
  const notes = [...(one.label === undefined ? [] : [one.label]), ...(one.notes ?? [])];
  if (one.help !== undefined) notes.push(`help: ${one.help}`);
  return { text: message, location: place && located(place), notes: notes.map((text) => ({ text })) };
}

/** esbuild counts columns in bytes of UTF-8. */
function located({ file, line, column, length, lineText }: NonNullable<ReturnType<typeof told>["place"]>) {
  const bytes = (from: number, to: number) => Buffer.byteLength(lineText.slice(from, to));
  return {
    file: resolve(file),
    line,
    column: bytes(0, column),
    length: bytes(column, column + length),
    lineText,
  };
}
