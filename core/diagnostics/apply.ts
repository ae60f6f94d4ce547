import type { Diagnostic, Edit, Fix } from "./diagnostic.js";

/** A diagnostic with the one fix it carries. */
export interface Mending {
  readonly diagnostic: Diagnostic;
  readonly fix: Fix;
}

/**
 * Fixes that can be applied to the main text at once: of mistakes and warnings that carry a single one (of several, only a person
 * knows which), that take out no words without putting others in their place, and none of whose edits touches one of an earlier fix.
 */
export function applicable(
  text: string,
  diagnostics: readonly Diagnostic[],
  main?: string,
): readonly Mending[] {
  const taken: Edit[] = [];
  const chosen: Mending[] = [];
  for (const diagnostic of diagnostics) {
    const { severity, file, fixes } = diagnostic;
    const [fix, ...others] = fixes ?? [];
    if (severity === "info" || fix === undefined || others.length > 0) continue;
    if (file !== undefined && file !== main) continue;
    if (fix.edits.some(({ span, text: put }) => put === "" && /\w/.test(text.slice(span.start, span.end))))
      continue;
    if (fix.edits.some((edit) => taken.some((other) => touches(edit, other)))) continue;
    taken.push(...fix.edits);
    chosen.push({ diagnostic, fix });
  }
  return chosen;
}

const touches = ({ span: a }: Edit, { span: b }: Edit): boolean => a.start <= b.end && b.start <= a.end;

/** A text with edits that do not overlap. */
export function edited(text: string, edits: readonly Edit[]): string {
  let done = text;
  for (const { span, text: put } of [...edits].sort((a, b) => b.span.start - a.span.start))
    done = done.slice(0, span.start) + put + done.slice(span.end);
  return done;
}
