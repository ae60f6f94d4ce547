import { compile } from "../compiler/compile.js";
import { diagnostic, raise } from "../core/diagnostics/create.js";
import { DiagnosticError } from "../core/diagnostics/diagnostic.js";
import { groupsOf } from "../core/units/groups.js";
import { spaceOf } from "../core/units/spaces.js";
import type { BackendOptions } from "../runtime/backend/types.js";
import type { DataGiven } from "../runtime/data/types.js";
import { givenOf } from "../runtime/run/host/options.js";
import type { LiveModel } from "../runtime/model/index.js";

export interface SensitivityOptions extends BackendOptions {
  /** Path of a model.json, its folder or a module, or a tf.LayersModel. */
  readonly network: string | LiveModel;
  /** Path or name of data, or what a data module exports. It is measured on the test split, where there is one. */
  readonly data: string | DataGiven;
  /** A criterion, as after `by`. Default "l1". */
  readonly by?: string | undefined;
  /** What is pruned, as after `prune`. Default "units": filters and neurons. */
  readonly structure?: string | undefined;
  /** Shares of a group's units that go, from 0 to 1. Default 0.1, 0.2 … 0.9. */
  readonly shares?: readonly number[] | undefined;
  readonly seed?: number | undefined;
  /** Called before each group is measured. */
  readonly onGroup?: ((name: string, done: number, of: number) => void) | undefined;
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
 * Prunes each group of tied layers by itself, by one share after another, and measures the network each time. Nothing trains, and the
 * network given stays as it is.
 * @throws DiagnosticError of the network, the data, the criterion or the structure
 */
export async function sensitivity(options: SensitivityOptions): Promise<Sensitivity> {
  const { by = "l1", structure = "units", shares = tenths, network, data, seed, backend, threads } = options;
  const { openRun } = await import("../runtime/index.js");
  const { conditionSplit, evaluateOn } = await import("../runtime/run/report/measures.js");
  const { pruningContext } = await import("../runtime/run/host/engine.js");
  if (shares.length === 0 || !shares.every((share) => share > 0 && share < 1))
    raise("P9504", "shares lie between 0 and 1", { help: "as 0.1, 0.5, 0.9" });
  const spec = pruneOf(structure, by);
  const run = await openRun(givenOf({ network, data, seed, backend, threads, latency: false }));
  const { session } = run;
  const on = conditionSplit(session);
  const measure = async (): Promise<Measured> => {
    await run.evaluate(2, on);
    const { accuracy, loss } = await evaluateOn(session, on);
    return { accuracy, loss };
  };
  const dense = await measure();
  const space = spaceOf(pruningContext(session), spec.structure, {});
  const groups = [];
  const all = groupsOf(space, "local").map(({ name, total, dead }) => ({ name, units: total - dead }));
  for (const [index, { name, units }] of all.entries()) {
    options.onGroup?.(name, index, all.length);
    const layers = name.split(", ");
    const points = [];
    for (const share of shares) {
      await run.prune(1, { structure: spec.structure, by: spec.by, in: layers, drop: share });
      const dead = Math.min(units, Math.round(share * units));
      points.push({ share, dead, ...(await measure()) });
      await run.rewind(3, { what: ["weights", "masks"], to: "start" });
    }
    groups.push({ layers, units, points });
  }
  return { on, by, structure, dense, groups };
}

/** The statement that the words stand for. @throws DiagnosticError */
function pruneOf(structure: string, by: string) {
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
