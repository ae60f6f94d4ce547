import { setImmediate } from "node:timers/promises";
import { compile } from "../compiler/compile.js";
import { diagnostic, raise } from "../core/diagnostics/create.js";
import { DiagnosticError } from "../core/diagnostics/diagnostic.js";
import type { PruneIr } from "../core/ir/types.js";
import { groupsOf } from "../core/units/groups.js";
import { spaceOf } from "../core/units/spaces.js";
import type { OpenRun } from "../runtime/run/host/run.js";

/** What is measured of how a network bears pruning. */
export interface SensitivityQuestion {
  /** A criterion, as after `by`. Default "l1". */
  readonly by?: string | undefined;
  /** What is pruned, as after `prune`. Default "units": filters and neurons. */
  readonly structure?: string | undefined;
  /** Shares of a group's units that go, from 0 to 1. Default 0.1, 0.2 … 0.9. */
  readonly shares?: readonly number[] | undefined;
  /** Called before each group is measured. */
  readonly onGroup?: ((name: string, done: number, of: number) => void) | undefined;
  /** Called with each group once it is measured. */
  readonly onMeasured?: ((group: Sensitivity["groups"][number], dense: Measured) => void) | undefined;
}

export interface Measured {
  /** From 0 to 1; null where targets are no classes. */
  readonly accuracy: number | null;
  readonly loss: number;
}

export interface Sensitivity {
  /** The part of the data that it is measured on: what is held out, where anything is. */
  readonly on: "test" | "train" | "validation";
  readonly by: string;
  readonly structure: string;
  /** Nothing pruned. */
  readonly dense: Measured;
  readonly groups: readonly {
    /** Layers that lose their units together. */
    readonly layers: readonly string[];
    readonly units: number;
    readonly points: readonly (Measured & { readonly share: number; readonly dead: number })[];
  }[];
}

const tenths = Array.from({ length: 9 }, (_, i) => (i + 1) / 10);

/**
 * Prunes each group of tied layers of an open run by itself, by one share after another, and measures each time. `back` puts the run to
 * where it stood; aborting `signal` ends the measuring, and what was measured is given.
 * @throws DiagnosticError of the criterion, the structure or the shares
 */
export async function measureSensitivity(
  run: OpenRun,
  back: () => Promise<void> | void,
  question: SensitivityQuestion,
  signal?: AbortSignal,
): Promise<Sensitivity> {
  const { by = "l1", structure = "units", shares = tenths, onGroup, onMeasured } = question;
  const { conditionSplit, evaluateOn } = await import("../runtime/run/report/measures.js");
  const { pruningContext } = await import("../runtime/run/host/engine.js");
  const { session } = run;
  const spec = sensitivityPrune(question);
  const on = conditionSplit(session);
  const measure = async (): Promise<Measured> => {
    const { accuracy, loss } = await evaluateOn(session, on);
    return { accuracy, loss };
  };
  const dense = await measure();
  const space = spaceOf(pruningContext(session), spec.structure, {});
  const groups: Sensitivity["groups"][number][] = [];
  const all = groupsOf(space, "local").map(({ name, total, dead }) => ({ name, units: total - dead }));
  for (const [index, { name, units }] of all.entries()) {
    onGroup?.(name, index, all.length);
    const layers = name.split(", ");
    const points = [];
    for (const share of shares) {
      await setImmediate();
      if (signal?.aborted) return { on, by, structure, dense, groups };
      await run.prune(1, { structure: spec.structure, by: spec.by, in: layers, drop: share });
      const dead = Math.min(units, Math.round(share * units));
      points.push({ share, dead, ...(await measure()) });
      await back();
    }
    const group = { layers, units, points };
    groups.push(group);
    onMeasured?.(group, dense);
  }
  return { on, by, structure, dense, groups };
}

/** The statement that the words stand for. @throws DiagnosticError of the words, and of shares that are none */
export function sensitivityPrune({
  structure = "units",
  by = "l1",
  shares = tenths,
}: SensitivityQuestion): PruneIr {
  if (shares.length === 0 || !shares.every((share) => share > 0 && share < 1))
    raise("P9504", "shares lie between 0 and 1", { help: "as 0.1, 0.5, 0.9" });
  const text = `prune ${structure} by ${by} 50%`;
  const { ir, diagnostics } = compile(text, { emit: false });
  const [statement] = ir?.body ?? [];
  if (statement?.kind === "prune" && ir?.body.length === 1) return statement;
  const errors = diagnostics.filter((one) => one.severity === "error");
  const wrong = diagnostic("P9504", `\`${text}\` is no prune`, null, {
    help: "write --by l1 --structure filters",
  });
  throw new DiagnosticError(
    errors.length > 0 ? errors.map(({ span: _, fixes: __, ...one }) => one) : [wrong],
  );
}
