import { rmSync } from "node:fs";
import { join } from "node:path";
import { compile } from "../../compiler/compile.js";
import type { Estimate, PlannedEvent } from "../../core/ir/plan-types.js";
import type { Ir, RuleIr, StepIr } from "../../core/ir/types.js";
import { DiagnosticError, type Diagnostic } from "../../core/diagnostics/diagnostic.js";
import type { Measure } from "../../core/ir/sizes.js";
import { measure } from "../../core/masks/measure.js";
import * as runtime from "../../runtime/index.js";
import { loopOf } from "../helpers/run-text.js";
import { toldOf } from "../../api/javascript.js";
import { batch, type SmallNetwork } from "./networks.js";
import { own, resolve, times } from "./outside.js";

/** What became of a program: refused by `check`, run as said, or run otherwise than said. */
export type Verdict =
  | { readonly kind: "refused"; readonly diagnostics: readonly Diagnostic[] }
  | { readonly kind: "good"; readonly events: number; readonly exact: number }
  /** A requirement that does not hold, a loss that diverged: an end of a run that is no mistake of ours. */
  | { readonly kind: "ended"; readonly code: string }
  /** `cause` is the same for all programs that fail for the same reason, as far as can be told. */
  | { readonly kind: "bad"; readonly cause: string; readonly what: string };

/** Ways for a run to end that `check` cannot foresee. */
const ends = new Set(["P7001", "P7004", "P7023"]);

interface Happened {
  readonly id: number;
  readonly kind: string;
  readonly text: string;
  readonly sizes: Measure;
}

/** Compiles a program for a network as `check` does, and runs it if there is nothing against it. */
export async function judge(
  source: string,
  { network, path, data, backend }: SmallNetwork,
  seed: number,
): Promise<Verdict> {
  const examples = data.describe().train ?? 0;
  let compiled;
  try {
    compiled = compile(source, {
      ...toldOf(own),
      network,
      data: { examples },
      batch,
      epochs: 1,
      seed,
      resolve,
      latencyTable: times(network),
      javascriptFrom: () => null,
    });
  } catch (cause) {
    return { kind: "bad", ...crash("check", cause) };
  }
  const { ir, plan, code, diagnostics } = compiled;
  if (ir === null || plan === null || code === null) return { kind: "refused", diagnostics };
  const happened: Happened[] = [];
  const out = source.includes("save ") ? join(path, "..", "out") : undefined;
  let run: runtime.OpenRun | null = null;
  const openRun = async (options: runtime.RunOptions) => (run = await runtime.openRun(options));
  try {
    await loopOf(code, { ...runtime, openRun })({
      ...own,
      latencyTable: times(network),
      network: path,
      data,
      batch,
      epochs: 1,
      seed,
      backend,
      latency: false,
      ...(out !== undefined && { out }),
      onProgress: (event) => {
        if (event.kind !== "event" || run === null) return;
        const { network: now, state, searches } = run.session;
        // What a trial did is undone: the plan lists the block as it runs in the end.
        if (searches.size > 0) return;
        happened.push({ id: event.id, kind: event.event, text: event.text, sizes: measure(now, state) });
      },
    });
  } catch (cause) {
    close(run);
    const code = cause instanceof DiagnosticError ? cause.diagnostics[0]?.code : undefined;
    if (code !== undefined && ends.has(code)) return { kind: "ended", code };
    return { kind: "bad", ...crash("run", cause) };
  } finally {
    if (out !== undefined) rmSync(out, { recursive: true, force: true });
  }
  const compared = compare(ir, plan.events, happened);
  if (typeof compared === "object") return { kind: "bad", ...compared };
  return { kind: "good", events: happened.length, exact: compared };
}

function close(run: runtime.OpenRun | null): void {
  try {
    run?.session.executor.dispose();
  } catch {
    // It is let go of already.
  }
}

interface Mistake {
  readonly cause: string;
  readonly what: string;
}

/** Named by where it was thrown, or by its code. */
function crash(stage: string, cause: unknown): Mistake {
  if (cause instanceof DiagnosticError) {
    const [first] = cause.diagnostics;
    const message = first?.message ?? "";
    return { cause: `${stage} ends with ${first?.code ?? ""}: ${general(message)}`, what: message };
  }
  if (!(cause instanceof Error)) return { cause: `${stage} throws`, what: String(cause) };
  const frame = cause.stack?.split("\n").find((line) => /\/(core|compiler|runtime)\//.test(line)) ?? "";
  const place = /(core|compiler|runtime)\/[^:)]*/.exec(frame)?.[0] ?? "";
  return {
    cause: `${stage} throws: ${general(cause.message)} (${place})`,
    what: cause.stack ?? cause.message,
  };
}

/** A message without the names and numbers of one program. */
const general = (message: string): string =>
  message
    .replace(/`[^`]*`/g, "`…`")
    .replace(/^(`…` has no value) over .*/, "$1")
    .replace(/[\d.,]+/g, "#")
    .slice(0, 120);

const counted = new Set(["prune", "regrow", "restore", "slim", "quantize"]);

/** How many exact numbers of the plan were found to hold, or the first that does not. */
function compare(ir: Ir, planned: readonly PlannedEvent[], happened: readonly Happened[]): number | Mistake {
  const pairs = pairedRegrows(ir.body);
  const endsEarly = /"(until|while|patience)"/.test(
    JSON.stringify(ir.body, (key, value) => (key === "when" ? null : value)),
  );
  const seen = new Map<number, number>();
  let exact = 0;
  for (const { id, kind, text, sizes } of happened) {
    if (!counted.has(kind)) continue;
    const nth = seen.get(id) ?? 0;
    seen.set(id, nth + 1);
    const event = plannedEvent(planned, id, nth, pairs.get(id));
    if (event === undefined) {
      if (endsEarly) continue;
      return { cause: "an event that is not in the plan", what: `${kind} ${id}, number ${nth + 1}: ${text}` };
    }
    if (endsEarly && ambiguous(planned, event)) continue;
    const dead = /([\d,]+) of [\d,]+ dead/.exec(text)?.[1]?.replaceAll(",", "");
    const shared = /^([\d,]+) weights? shares?/.exec(text)?.[1]?.replaceAll(",", "");
    const numbers: readonly (readonly [string, Estimate | null, number | undefined])[] = [
      ["dead", event.dead, dead === undefined ? undefined : Number(dead)],
      ["living", living(event), shared === undefined ? undefined : Number(shared)],
      ["params", event.params, sizes.params],
      ["macs", event.macs, sizes.macs],
      ["nonzero params", event.nonzeroParams, sizes["nonzero params"]],
      ["nonzero macs", event.nonzeroMacs, sizes["nonzero macs"]],
    ];
    for (const [name, told, found] of numbers) {
      if (typeof told !== "number" || found === undefined) continue;
      if (found !== told)
        return {
          cause: `${kind}: exact ${name} that is not`,
          what: `${name} ${told}, found ${found}: ${text}`,
        };
      exact++;
    }
  }
  if (endsEarly) return exact;
  for (const { id, action } of planned) {
    if (!counted.has(action) || [...pairs.values()].includes(id)) continue;
    const times = planned.filter((one) => one.id === id && counted.has(one.action)).length;
    if (times !== (seen.get(id) ?? 0))
      return {
        cause: `${action}: not as often as planned`,
        what: `${action} ${id}: ${times}, found ${seen.get(id) ?? 0}`,
      };
  }
  return exact;
}

/** Of what an event is about, so much lives. */
const living = ({ total, dead }: PlannedEvent): Estimate | null =>
  total === null || typeof dead !== "number" ? null : total - dead;

/** The event of a statement; of a prune with what acts in the same event, where something comes back in it. */
function plannedEvent(
  planned: readonly PlannedEvent[],
  id: number,
  nth: number,
  pair: number | undefined,
): PlannedEvent | undefined {
  const own = planned.filter((one) => one.id === id && counted.has(one.action))[nth];
  if (own === undefined || pair === undefined) return own;
  const next = planned.slice(planned.indexOf(own) + 1).find((one) => one.id === id || one.id === pair);
  return next?.id === pair ? next : own;
}

/** Whether the event may be another than the one that happened: the phase before may have ended early. */
const ambiguous = (planned: readonly PlannedEvent[], { id }: PlannedEvent): boolean =>
  planned.filter((one) => one.id === id).length > 1;

/** Statement ids of the regrows that act with a prune, by that of the prune. */
function pairedRegrows(body: readonly (StepIr | RuleIr)[]): Map<number, number> {
  return new Map(
    body.flatMap((step): (readonly [number, number])[] => {
      if (step.kind === "prune") return step.regrow === undefined ? [] : [[step.id, step.regrow.id]];
      if (step.kind === "train") return [...pairedRegrows(step.rules)];
      return step.kind === "repeat" || step.kind === "for-each" || step.kind === "search"
        ? [...pairedRegrows(step.body)]
        : [];
    }),
  );
}
