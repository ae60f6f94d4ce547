import { build } from "esbuild";
import espalier from "espalier/esbuild";

await build({
  entryPoints: ["main.mjs"],
  outdir: "out/esbuild",
  outExtension: { ".js": ".mjs" },
  bundle: true,
  platform: "node",
  format: "esm",
  packages: "external",
  plugins: [espalier({ cache: "out/cache" })],
});
