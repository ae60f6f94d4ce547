import type { CatalogueEntry } from "./entry.js";
import { irCodes } from "./ir.js";
import { nameCodes } from "./names.js";
import { networkCodes } from "./network.js";
import { timingCodes } from "./timing.js";
import { unavailableCodes } from "./unavailable.js";

export type { CatalogueEntry } from "./entry.js";

/** Every code that compiling a program can give once it parses. */
export const catalogue = {
  ...nameCodes,
  ...timingCodes,
  ...networkCodes,
  ...unavailableCodes,
  ...irCodes,
} as const satisfies Readonly<Record<string, CatalogueEntry>>;

export type Code = keyof typeof catalogue;
