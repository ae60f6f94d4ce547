import type { PruningSession } from "../../api/session/types.js";
import { raise } from "../../core/diagnostics/create.js";
import { bars, sensitivityReport } from "../commands/sensitivity.js";
import type { Terminal } from "../terminal.js";
import { cut } from "../../compiler/render/text.js";

/** Measures, and draws each group's curve as soon as it is known; the whole table comes last. */
export async function measureSensitivity(
  session: PruningSession,
  asked: string,
  stopped: () => boolean,
  terminal: Terminal,
): Promise<void> {
  const { structure, by } = question(asked);
  const { live, columns } = terminal;
  const clear = live ? "\r\u001b[2K" : "";
  const found = await session.sensitivity({
    structure,
    by,
    onGroup: (name, done, of) => {
      if (live) terminal.err(clear + cut(`  ${done + 1}/${of}  ${name}`, columns - 1));
    },
    onMeasured: ({ layers, points }, dense) => {
      if (!live) return;
      const most = Math.max(dense.loss, ...points.map(({ loss }) => loss));
      const curve = bars(
        points.map(({ accuracy, loss }) => accuracy ?? loss),
        dense.accuracy === null ? most : 1,
      );
      terminal.err(`${clear}${cut(`  ${curve}  ${layers.join(", ")}`, columns - 1)}\n`);
    },
  });
  if (live) terminal.err(clear);
  if (stopped()) terminal.out("  stopped; these were measured");
  terminal.out(sensitivityReport(found, columns));
}

/** `filters by l1`: both parts may be missing. */
function question(asked: string): {
  readonly structure: string | undefined;
  readonly by: string | undefined;
} {
  const [, structure, by] =
    /^(?!by\b)(\S[^]*?)?\s*(?:\bby\s+(\S[^]*))?$/.exec(asked) ?? /^()by\s+(\S[^]*)$/.exec(asked) ?? [];
  if (asked !== "" && !structure && !by)
    raise("P9504", `\`sensitivity ${asked}\` says no structure and no criterion`, {
      help: "write `sensitivity filters by l1`",
    });
  return { structure: structure || undefined, by: by || undefined };
}
