import { addMapping, GenMapping, setSourceContent, toEncodedMap } from "@jridgewell/gen-mapping";

/** Where a statement stands: a line of one of the sources, from 1, and a column from 0. */
export interface Place {
  readonly source: string;
  readonly line: number;
  readonly column: number;
}

/** A version 3 source map as plain data. */
export interface SourceMap {
  readonly version: 3;
  readonly file?: string | null | undefined;
  readonly names: readonly string[];
  readonly sources: readonly (string | null)[];
  readonly sourcesContent?: readonly (string | null)[];
  readonly mappings: string;
}

interface Line {
  readonly text: string;
  readonly column: number;
  readonly place: Place | undefined;
}

/** Collects lines with their indentation and the place in the program that each came from. */
export class Writer {
  readonly #lines: Line[] = [];
  #depth = 0;
  #place: Place | undefined;

  /** Columns left of the text of the next line. */
  get indentation(): number {
    return this.#depth * 2;
  }

  line(text: string): void {
    this.#lines.push({ text, column: this.indentation, place: this.#place });
  }

  /** An empty line, never two of them and none after an opening brace. */
  blank(): void {
    const last = this.#lines.at(-1)?.text;
    if (last !== undefined && last !== "" && !last.endsWith("{")) {
      this.#lines.push({ text: "", column: 0, place: undefined });
    }
  }

  /** Lines written by `body` stand one step to the right. */
  indented(body: () => void): void {
    this.#depth++;
    body();
    this.#depth--;
  }

  /** Lines written by `body` come from `place`. */
  at(place: Place | undefined, body: () => void): void {
    const outer = this.#place;
    this.#place = place ?? outer;
    body();
    this.#place = outer;
  }

  /** Takes over the lines of another writer. */
  append(other: Writer): void {
    this.#lines.push(...other.#lines);
  }

  /** The text and its map. `contents` holds the text of every source that may be named by a place. */
  finish(
    file: string,
    contents: ReadonlyMap<string, string>,
  ): { readonly code: string; readonly map: SourceMap } {
    const map = new GenMapping({ file });
    for (const [source, text] of contents) setSourceContent(map, source, text);
    for (const [index, { place, column }] of this.#lines.entries()) {
      if (place === undefined || !contents.has(place.source)) continue;
      const { source, line, column: original } = place;
      addMapping(map, {
        generated: { line: index + 1, column },
        source,
        original: { line, column: original },
      });
    }
    const code = this.#lines
      .map(({ text, column }) => (text === "" ? "\n" : `${" ".repeat(column)}${text}\n`))
      .join("");
    return { code, map: toEncodedMap(map) };
  }
}
