import { ownFunctions, type GivenImport, type GivenJavaScript } from "../../own/functions.js";
import { requireNow } from "../steps/conditions.js";
import { step } from "../steps/step.js";
import { metricsOf } from "./begin.js";
import { rebuildExecutor } from "./engine.js";
import type { RunOptions } from "./options.js";
import type { OpenRun } from "./run.js";

/** How a run that is open goes on by further statements. */
export interface GoingOn {
  /**
   * The `openRun` of loops that hold the next statements: they act on the run and leave it open, a `require` that does not hold too. Of
   * their settings they bring the texts of their statements.
   */
  openRun(settings: RunOptions): Promise<Omit<OpenRun, "finish"> & { finish(): Promise<void> }>;
  /** What all statements have in JavaScript, in the place of those before. @throws DiagnosticError P7018 */
  take(imports: readonly GivenImport[], given: GivenJavaScript): void;
}

export function goingOn(run: OpenRun): GoingOn {
  const { session } = run;
  const metrics = session.metrics;
  const open = {
    ...run,
    require: step(session, { kind: "require", changes: false, act: requireNow }),
    finish: () => Promise.resolve(),
  };
  return {
    openRun({ statements }) {
      const known = { ...session.options.statements, ...statements };
      Object.assign(session, { options: { ...session.options, statements: known } });
      return Promise.resolve(open);
    },
    take(imports, given) {
      const functions = ownFunctions(imports, given);
      const all = metricsOf(functions, metrics);
      Object.assign(session, { options: { ...session.options, functions }, metrics: all });
      rebuildExecutor(session);
    },
  };
}
