/** The text of compiler/diagnostics/generated/pages.ts. */
export function embeddedPages(): string;
