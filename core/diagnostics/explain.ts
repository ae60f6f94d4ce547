import { pages } from "./generated/pages.js";

/** The page of a code as Markdown, or null where there is none. Codes may be written in lower case. */
export function explain(code: string): string | null {
  return pages.get(code.trim().toUpperCase()) ?? null;
}

/** Every code that has a page, in order. */
export const explained: readonly string[] = [...pages.keys()];
