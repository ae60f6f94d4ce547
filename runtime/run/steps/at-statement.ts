import { DiagnosticError } from "../../../core/diagnostics/diagnostic.js";

/** Does a part of the statement `id`: a diagnostic that ends it says so. */
export async function atStatement<T>(id: number, act: () => Promise<T> | T): Promise<T> {
  try {
    return await act();
  } catch (cause) {
    throw failedAt(id, cause);
  }
}

/** The values of a loop that belongs to the statement `id`; what the body of the loop throws is not of it. */
export async function* eachAtStatement<T>(id: number, values: AsyncIterable<T>): AsyncGenerator<T> {
  try {
    yield* values;
  } catch (cause) {
    throw failedAt(id, cause);
  }
}

/** What was thrown, with the statement under way on its diagnostics; one that is there already is the innermost. */
export function failedAt(id: number, cause: unknown): unknown {
  if (!(cause instanceof DiagnosticError)) return cause;
  return new DiagnosticError(cause.diagnostics.map((one) => ({ statement: id, ...one })));
}
