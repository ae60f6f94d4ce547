import { build } from "esbuild";
import { expect, it } from "vitest";

it("the build for browsers holds no compiler and no module of Node", async () => {
  const { metafile, errors, outputFiles } = await build({
    entryPoints: ["runtime/browser/index.ts"],
    bundle: true,
    platform: "browser",
    format: "esm",
    splitting: true,
    outdir: "out",
    write: false,
    metafile: true,
    packages: "external",
  });
  expect(errors).toEqual([]);
  const inputs = Object.keys(metafile.inputs);
  expect(inputs).toContain("runtime/run/host/begin.ts");
  // Of code made of text, which pages forbid, there is one place: programs whose parameters are `set`.
  const code = outputFiles.map(({ path, text }) => (path.endsWith(".js") ? text : "")).join("");
  expect(code.match(/\bnew Function\(|\beval\(/g)).toEqual(["new Function("]);
  expect(inputs.filter((path) => !/^(runtime|core)\//.test(path))).toEqual([]);
  const outside = Object.values(metafile.inputs).flatMap(({ imports }) =>
    imports.flatMap(({ path, external }) => (external === true ? [path] : [])),
  );
  expect([...new Set(outside)].sort()).toEqual([
    "@cfworker/json-schema",
    "@tensorflow/tfjs-backend-cpu",
    "@tensorflow/tfjs-backend-wasm",
    "@tensorflow/tfjs-core",
    "@tensorflow/tfjs-layers",
  ]);
});
