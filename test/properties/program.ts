/** A program as a tree of clauses, so that what fails can be made smaller by leaving parts out. */
export interface Statement {
  /** What a statement cannot do without: `prune filters by l1`. */
  readonly head: string;
  readonly clauses: readonly string[];
  readonly body?: readonly Statement[];
  /** What stands behind the block. */
  readonly tail?: readonly string[];
}

export function printed(program: readonly Statement[], indent = ""): string {
  return program.map((statement) => printedStatement(statement, indent)).join("\n");
}

function printedStatement({ head, clauses, body, tail }: Statement, indent: string): string {
  const words = [head, ...clauses].join(" ");
  if (body === undefined) return `${indent}${words}`;
  return `${indent}${words} {\n${printed(body, `${indent}  `)}\n${indent}} ${(tail ?? []).join(" ")}`.trimEnd();
}

/** Every program that is this one with one part less. */
export function* smaller(program: readonly Statement[]): Generator<readonly Statement[]> {
  for (const [i, statement] of program.entries()) {
    const put = (...instead: readonly Statement[]): readonly Statement[] =>
      program.toSpliced(i, 1, ...instead);
    yield put();
    if (statement.body !== undefined) {
      yield put(...statement.body);
      for (const body of smaller(statement.body)) yield put({ ...statement, body });
    }
    for (const [at] of statement.clauses.entries())
      yield put({ ...statement, clauses: statement.clauses.toSpliced(at, 1) });
    if ((statement.tail ?? []).length > 0) yield put({ ...statement, tail: [] });
  }
}

/** The smallest program, by leaving parts out one by one, of which the same still holds. */
export async function smallest(
  program: readonly Statement[],
  holds: (program: readonly Statement[]) => Promise<boolean>,
): Promise<readonly Statement[]> {
  for (const candidate of smaller(program)) if (await holds(candidate)) return smallest(candidate, holds);
  return program;
}
