import espalier from "espalier/rollup";

export default {
  input: "main.mjs",
  platform: "node",
  external: [/^espalier\//],
  plugins: [espalier({ cache: "out/cache" })],
  output: { dir: "out/rolldown", entryFileNames: "main.mjs" },
};
