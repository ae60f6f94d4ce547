import type { WebpackPluginInstance } from "webpack";
import type { Options } from "./bundler/options.js";
import { espalier } from "./bundler/plugin.js";

export type { Options };

/** The plugin for webpack: `.prune` files are imported as training functions. @throws DiagnosticError P7010 for an impossible option */
const plugin: (options?: Options) => WebpackPluginInstance = espalier.webpack;
export default plugin;
