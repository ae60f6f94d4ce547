import type { Sensitivity } from "../../api/measure-sensitivity.js";
import { sensitivity as measure } from "../../api/sensitivity.js";
import { table, type Column } from "../../compiler/render/check/table.js";
import { DiagnosticError } from "../../core/diagnostics/diagnostic.js";
import { percent } from "../../runtime/report/numbers.js";
import { backendOption } from "../backend-option.js";
import { EXIT, type ExitCode, type Terminal } from "../terminal.js";

export interface SensitivityCommandOptions {
  readonly data: string;
  readonly by?: string;
  readonly structure?: string;
  readonly seed?: number;
  readonly backend?: string;
  readonly threads?: number;
  readonly json?: boolean;
}

/** Says how much accuracy each group of tied layers costs, share by share. */
export async function sensitivity(
  network: string,
  { backend: named, json, ...given }: SensitivityCommandOptions,
  terminal: Terminal,
): Promise<ExitCode> {
  const { backend, wrong } = backendOption(named);
  if (wrong.length > 0) throw new DiagnosticError(wrong);
  const onGroup = (name: string, done: number, of: number) => {
    if (terminal.live)
      terminal.err(`\r\u001b[2K${`${done + 1}/${of}  ${name}`.slice(0, terminal.columns - 1)}`);
  };
  const found = await measure({ ...given, network, backend, onGroup });
  if (terminal.live) terminal.err("\r\u001b[2K");
  terminal.out(json === true ? JSON.stringify(found, null, 2) : sensitivityReport(found, terminal.columns));
  return EXIT.ok;
}

const BARS = "▁▂▃▄▅▆▇█";

/** Values from 0 to `most` as bars. */
export const bars = (values: readonly number[], most: number): string =>
  values.map((value) => BARS[Math.max(0, Math.min(7, Math.round((value / (most || 1)) * 7)))]).join("");

/** The share a group may lose before it costs a point of accuracy (or a tenth more loss). */
function harmless({ dense }: Sensitivity, { points }: Sensitivity["groups"][number]): number {
  let share = 0;
  for (const { accuracy, loss, share: next } of points) {
    const kept =
      accuracy !== null && dense.accuracy !== null
        ? accuracy >= dense.accuracy - 0.01
        : loss <= dense.loss * 1.1;
    if (!kept) break;
    share = next;
  }
  return share;
}

/** A row for each group, the most sensitive first, with the measure at each share as numbers and as bars. */
export function sensitivityReport(found: Sensitivity, columns: number): string {
  const { dense, groups, on, by, structure } = found;
  const shares = groups[0]?.points.map(({ share }) => share) ?? [];
  const classes = dense.accuracy !== null;
  const say = (one: { readonly accuracy: number | null; readonly loss: number }): string =>
    one.accuracy === null ? one.loss.toPrecision(3) : (one.accuracy * 100).toFixed(1);
  const heads: readonly Column[] = [
    { title: "layers", align: "left" },
    { title: structure, align: "right", spare: 2 },
    { title: "", align: "left" },
    { title: classes ? "−1 point at" : "+10 % loss at", align: "right" },
    // the ends of a curve tell the most: narrow tables lose the even tenths first, then the others
    ...shares.map((share, i): Column => ({
      title: percent(share, 0),
      align: "right",
      spare: i % 2 === 1 ? 9 : i === shares.length >> 1 ? 3 : 6,
    })),
  ];
  const most = Math.max(dense.loss, ...groups.flatMap(({ points }) => points.map(({ loss }) => loss)));
  const rows = groups
    .map((group) => ({ group, kept: harmless(found, group) }))
    .sort((a, b) => a.kept - b.kept)
    .map(({ group: { layers, units, points }, kept }) => [
      layers.length > 2 ? `${layers[0] ?? ""} +${layers.length - 1}` : layers.join(", "),
      String(units),
      bars(
        points.map(({ accuracy, loss }) => accuracy ?? loss),
        classes ? 1 : most,
      ),
      kept === 0 ? `< ${percent(shares[0] ?? 0, 0)}` : `> ${percent(kept, 0)}`,
      ...points.map(say),
    ]);
  const what = classes ? `accuracy ${percent(dense.accuracy ?? 0)}` : `loss ${say(dense)}`;
  const title = `${on} ${classes ? "accuracy in %" : "loss"} by the share of ${structure} that goes, smallest ${by} first; ${what} with all`;
  const named = rows.length === 0 ? ["  nothing of this kind may go"] : table(heads, rows, columns);
  return [title, "", ...named].join("\n");
}
