import type { Plugin } from "vite";
import type { Options } from "./bundler/options.js";
import { espalier } from "./bundler/plugin.js";

export type { Options };

/** The plugin for Vite: `.prune` files are imported as training functions. @throws DiagnosticError P7010 for an impossible option */
const plugin: (options?: Options) => Plugin = espalier.vite;
export default plugin;
