import espalier from "espalier/rollup";

export default {
  input: "main.mjs",
  external: [/^node:/, /^espalier\//],
  plugins: [espalier({ cache: "out/cache" })],
  output: { dir: "out/rollup", entryFileNames: "main.mjs" },
};
