import { DiagnosticError } from "../../core/diagnostics/diagnostic.js";
import { examine, type DoctorReport, type NativeReport } from "../../runtime/backend/doctor.js";
import { priceOf, type NativeHost } from "../../runtime/backend/node/verdict.js";
import { alignmentNote } from "../../core/schedule/alignment.js";
import { wrap } from "../../compiler/render/text.js";
import { backendOption } from "../backend-option.js";
import { grid } from "../result-table.js";
import { EXIT, type ExitCode, type Terminal } from "../terminal.js";

export interface DoctorOptions {
  readonly backend?: string;
  readonly threads?: number;
  readonly json?: boolean;
}

/** Says which backend runs, why, whether it survives and computes right, how fast it is, and how to get more. */
export async function doctor(
  options: DoctorOptions,
  terminal: Terminal,
  native?: NativeHost,
): Promise<ExitCode> {
  const { backend, wrong } = backendOption(options.backend);
  if (wrong.length > 0) throw new DiagnosticError(wrong);
  const { threads, json } = options;
  const found = await examine({ backend, ...(threads && { threads }) }, native);
  terminal.out(json === true ? JSON.stringify(found, null, 2) : page(found, terminal));
  return found.checks.every((check) => check.ok) ? EXIT.ok : EXIT.failed;
}

function page(found: DoctorReport, { colors, columns }: Terminal): string {
  const wrong = found.checks.filter((check) => !check.ok);
  const facts = [
    ["backend", `${found.description}: ${found.reason}`],
    ...found.skipped.map(({ name, reason }) => ["", `${name} does not open: ${reason}`]),
    ["speed", `matrices ${gigaflops(found.speed.matMul)}, convolutions ${gigaflops(found.speed.conv2d)}`],
    ["counts", alignmentNote(found.alignment)],
    ["kernels", `${found.checks.length - wrong.length} of ${found.checks.length} checked compute right`],
    ...wrong.map((check) => [
      "",
      `${check.kernel}: ${check.thrown ?? `off by ${check.error.toPrecision(2)} of the largest value`}`,
    ]),
    ...found.refusals.map(({ classNames, pass, reason }) => [
      "",
      `${classNames.join(", ")} cannot ${pass === "any" ? "run" : "be trained"}: ${reason}`,
    ]),
    ...trials(found.native).map((line, i) => [i === 0 ? "trials" : "", line]),
    ["node", `${found.node} on ${found.platform}`],
    ["images", found.sharp ? "sharp is installed" : "sharp is not installed"],
  ];
  const margin = Math.max(...facts.map(([head = ""]) => head.length)) + 2;
  const rows = facts.flatMap(([head = "", text = ""]) =>
    wrap(text, columns - margin).map((line, i) => [i === 0 ? head : "", line]),
  );
  const lines = grid(rows, []).map((line) => line.replace(/^\w+/, (word) => colors.bold(word)));
  for (const advice of found.advice) lines.push("", ...wrap(advice, columns));
  return lines.join("\n");
}

/** What was tried of tfjs-node in other processes, and what it costs to be on the safe side. */
function trials(native: NativeReport | null): readonly string[] {
  if (native === null) return [];
  const { tried, verdict, library } = native;
  const survived = `${tried} gradients were tried in another process: it survives, and none comes out wrong`;
  const lines = [priceOf(verdict) ?? survived];
  if (library === null) return lines;
  const [theirs = NaN, ours = NaN] = library.milliseconds?.pointwise ?? [];
  const price = Number.isNaN(ours) ? "" : ` (${(ours / theirs).toPrecision(2)} times as long)`;
  lines.push(
    `TensorFlow's own: ${library.fault ?? "it survives here too"}; espalier takes the gradients of strided 1×1 convolutions another way${price}`,
  );
  return lines;
}

const gigaflops = (value: number): string => `${value.toPrecision(3)} GFLOP/s`;
