import { readFile, stat } from "node:fs/promises";
import { join, relative } from "node:path";
import { raise } from "../../../core/diagnostics/create.js";
import * as is from "../../../core/ir/declare.js";
import { Shapes } from "../../../core/ir/schemas.js";
import { counted } from "../../../core/ir/words.js";
import { stepOf } from "../../checkpoint/restore.js";
import { facts } from "../../checkpoint/schema.js";
import { openStore } from "../../checkpoint/store.js";
import { loadModel } from "../../model/load.js";
import { modelArtifacts, toLayersModel } from "../../model/to-layers-model.js";
import type { Report } from "../../report/types.js";
import { metricsOf, type RunResult } from "../report/results.js";
import { checkpointFolder } from "../report/write-results.js";
import type { Options } from "./options.js";

/**
 * Looks at what an earlier run left in the output folder before anything there changes.
 * @throws DiagnosticError P7014 for a run that nobody said to resume or to begin anew; P7015 for a complete one that is to be resumed,
 * P7004 where it had ended at a requirement, P7002 where it was another
 */
export async function checkFolder({ out, resume, restart, program, seed }: Options): Promise<void> {
  if (out === null || restart) return;
  const shown = relative(process.cwd(), out) || ".";
  const begun = await interruptedIn(out);
  if (begun !== null) {
    if (resume) return;
    const at = begun.step === null ? "" : ` at step ${begun.step}`;
    raise("P7014", `an interrupted run lies in \`${shown}\`${at}`, {
      help: "go on with `--resume`, begin anew with `--restart`, or name another folder by `--out`",
    });
  }
  const report = await reportIn(out);
  if (report === null) return;
  const steps = report.history.at(-1)?.step;
  const at = steps === undefined ? [] : [`it trained for ${counted(steps, "steps")}`];
  if (!resume)
    raise("P7014", `a complete run lies in \`${shown}\``, {
      notes: at,
      help: "overwrite it with `--restart`, or name another folder by `--out`",
    });
  const changed = [
    ...(report.source.program === program ? [] : ["the program"]),
    ...(report.seed === seed ? [] : ["the seed"]),
  ];
  if (changed.length > 0)
    raise("P7002", `the results in \`${shown}\` are of another run: ${changed.join(", ")} changed since`, {
      help: "overwrite them with `--restart`, or name another folder by `--out`",
    });
  if (report.failed !== null)
    raise("P7004", report.failed, {
      notes: [`the run in \`${shown}\` is complete and ended so`],
      help: "begin anew with `--restart`",
    });
  raise("P7015", `the run in \`${shown}\` is complete: nothing is left to do`, {
    notes: at,
    help: "begin anew with `--restart`",
  });
}

/** The result of a complete run, from its folder. */
export async function resultIn(out: string): Promise<RunResult | null> {
  const report = await reportIn(out);
  if (report === null) return null;
  const { network, store: parameters } = await loadModel(out, { seed: report.seed });
  return {
    network,
    parameters,
    report,
    metrics: metricsOf(report),
    out,
    artifacts: () => modelArtifacts(network, parameters),
    toLayersModel: () => toLayersModel(network, parameters),
  };
}

async function interruptedIn(out: string): Promise<{ readonly step: number | null } | null> {
  const store = openStore(join(out, checkpointFolder));
  if (!(await store.holdsAny())) return null;
  const { checkpoint } = await store.read().catch(() => ({ checkpoint: null }));
  return { step: checkpoint === null ? null : stepOf(checkpoint) };
}

const many = is.list(is.open({}));
const reports = new Shapes(() => shape);
const isReport = (found: unknown): found is Report => reports.fits(found);
const shape = is.open({
  report: is.literal(1),
  espalier: is.text,
  source: is.open({ name: is.text, program: is.text }),
  seed: is.number,
  failed: is.maybe(is.text),
  before: facts,
  after: facts,
  amounts: is.list(is.open({ structure: is.text, total: is.number, achieved: is.number })),
  layers: many,
  history: is.list(is.open({ step: is.integer(0) })),
  events: many,
  notes: is.list(is.text),
});

/** Longer reports are none of ours. */
const largest = 256 * 2 ** 20;

/** The report of a run; null where none lies. */
export async function reportIn(out: string): Promise<Report | null> {
  const path = join(out, "report.json");
  try {
    if ((await stat(path)).size > largest) return null;
    const found: unknown = JSON.parse(await readFile(path, "utf8"));
    return isReport(found) ? found : null;
  } catch {
    return null;
  }
}
