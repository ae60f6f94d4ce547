import { raise } from "../../core/diagnostics/create.js";
import { counted } from "../../core/ir/words.js";
import type { BackendName } from "../types.js";
import { selfCheck, type SelfCheck } from "./check/self-check.js";
import type { Backend, BackendOptions, OpenedBackend, SkippedBackend } from "./types.js";

/** What there is to choose from where a run happens. */
export interface Choice {
  /** Each is loaded on demand. */
  readonly open: Readonly<Record<BackendName, (threads: number) => Promise<OpenedBackend>>>;
  /** Those that `auto` tries, in this order. */
  readonly order: readonly BackendName[];
  /** Whether `auto` passes over a backend some of whose kernels compute wrongly. */
  readonly wantsAllRight: boolean;
  processors(): Promise<number>;
  /** What to do where the backend asked for, or none, opens. */
  help(asked: BackendName | "auto", skipped: readonly SkippedBackend[]): string;
}

/**
 * Opens the fastest backend there is (or the one asked for), makes it the current one of tfjs and checks its training
 * kernels.
 * @throws DiagnosticError P7301 when the one asked for does not open, P7010 for more threads than there are processors
 */
export async function chooseBackend(options: BackendOptions, choice: Choice): Promise<Backend> {
  const { backend = "auto", threads = 1 } = options;
  await checkThreads(threads, choice);
  const skipped: SkippedBackend[] = [];
  const told: string[] = [];
  for (const name of backend === "auto" ? choice.order : [backend]) {
    try {
      const opened = await choice.open[name](threads);
      const check = await checked(opened);
      const [wrong] = check.refusals;
      if (backend === "auto" && choice.wantsAllRight && wrong !== undefined && name !== choice.order.at(-1)) {
        skipped.push({ name, reason: wrong.reason });
        told.push(`backend ${name} is passed over: ${wrong.reason}`);
        continue;
      }
      return {
        ...opened,
        ...check,
        skipped,
        notes: [...(opened.notes ?? []), ...told, ...idleThreads(options, name)],
      };
    } catch (error) {
      const one = { name, reason: reasonOf(error) };
      skipped.push(one);
      if (isInstalled(one)) told.push(`backend ${name} does not open: ${one.reason}`);
    }
  }
  const message =
    backend === "auto" ? "no backend of TensorFlow.js opens here" : `backend ${backend} does not open`;
  raise("P7301", message, {
    notes: skipped.map(({ name, reason }) => `${name}: ${reason}`),
    help: choice.help(backend, skipped),
  });
}

/** Threads that only the wasm backend has. */
const idleThreads = ({ threads }: BackendOptions, name: BackendName): readonly string[] =>
  threads === undefined || name === "wasm"
    ? []
    : [`\`--threads ${threads}\` does nothing: the ${name} backend takes no notice of it`];

/** More threads than processors wait for each other: one pass may take fifty times as long. */
async function checkThreads(threads: number, choice: Choice): Promise<void> {
  if (threads <= 1) return;
  const most = await choice.processors();
  if (threads > most)
    raise("P7010", `\`--threads ${threads}\` is more than this machine has: ${counted(most, "processors")}`, {
      help: `write \`--threads ${most}\` at most`,
    });
}

const NOT_INSTALLED = "not installed";
export const isInstalled = ({ reason }: SkippedBackend): boolean => reason !== NOT_INSTALLED;

const results = new Map<BackendName, Promise<SelfCheck>>();

/** Kernels are registered once for a process, so they are checked once. */
function checked(opened: OpenedBackend): Promise<SelfCheck> {
  const known = results.get(opened.name) ?? selfCheck(opened.ops);
  results.set(opened.name, known);
  return known;
}

/** The first line of what was thrown: the rest is a list of module paths. */
function reasonOf(error: unknown): string {
  const code = error instanceof Error && "code" in error ? error.code : undefined;
  if (code === "ERR_MODULE_NOT_FOUND" || code === "MODULE_NOT_FOUND") return NOT_INSTALLED;
  const message = error instanceof Error ? error.message : String(error);
  return message.split("\n", 1)[0] ?? message;
}
