import type { Severity } from "../diagnostic.js";

/** What is known of a code before it ever happens. */
export interface CatalogueEntry {
  readonly severity: Severity;
  /** Lowercase clause, no final stop: the heading of the code's page. */
  readonly title: string;
}

export function error(title: string): CatalogueEntry {
  return { severity: "error", title };
}
export function warning(title: string): CatalogueEntry {
  return { severity: "warning", title };
}
export function info(title: string): CatalogueEntry {
  return { severity: "info", title };
}
