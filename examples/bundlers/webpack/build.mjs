import { resolve } from "node:path";
import webpack from "webpack";
import espalier from "espalier/webpack";

const compiler = webpack({
  mode: "production",
  target: "node20",
  entry: "./main.mjs",
  externals: [/^(node:|espalier\/)/],
  externalsPresets: { node: false },
  externalsType: "module",
  experiments: { outputModule: true },
  output: {
    path: resolve("out/webpack"),
    filename: "main.mjs",
    chunkFormat: "module",
    publicPath: "auto",
    scriptType: "module",
  },
  plugins: [espalier({ cache: "out/cache" })],
});
compiler.run((cause, stats) => {
  if (cause !== null) throw cause;
  console.log(stats.toString({ preset: "errors-warnings", colors: false }));
  if (stats.hasErrors()) process.exitCode = 1;
  compiler.close(() => undefined);
});
