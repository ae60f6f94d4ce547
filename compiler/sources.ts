import { stdlibTexts } from "../stdlib/index.js";
import type { FrontOptions } from "./passes/index.js";

/** The texts that a compilation reads, by the names that spans give them. */
export class Sources {
  readonly #texts = new Map<string, string>();
  /** Name of the program itself. */
  readonly main: string;
  /** Options under which every imported text is taken down. */
  readonly options: FrontOptions;

  constructor(source: string, options: FrontOptions) {
    this.main = options.file ?? "program.prune";
    for (const [name, text] of stdlibTexts) this.#texts.set(`std/${name}`, text);
    this.#texts.set(this.main, source);
    const { resolve } = options;
    if (resolve === undefined) {
      this.options = options;
      return;
    }
    this.options = {
      ...options,
      resolve: (specifier, from) => {
        const found = resolve(specifier, from);
        if (found !== null) this.#texts.set(found.file, found.text);
        return found;
      },
    };
  }

  get texts(): ReadonlyMap<string, string> {
    return this.#texts;
  }
}
