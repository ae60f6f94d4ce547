import { texts } from "./generated/texts.js";

/** The files of the standard library by name ("han.prune"), in the order they are read. */
export const stdlibTexts: ReadonlyMap<string, string> = texts;
