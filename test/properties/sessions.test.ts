import { expect, it } from "vitest";
import { LiveSession } from "../../api/session/live.js";
import { compile } from "../../compiler/compile.js";
import { DiagnosticError } from "../../core/diagnostics/diagnostic.js";
import type { ParameterStore } from "../../core/parameters.js";
import * as runtime from "../../runtime/index.js";
import { firstSeed, runs } from "../helpers/runs.js";
import { loopOf } from "../helpers/run-text.js";
import { Draw } from "./draw.js";
import { programFor } from "./generate.js";
import { batch, smallNetworks, type SmallNetwork } from "./networks.js";
import { printed } from "./program.js";

/**
 * Whatever is typed, undone, brought back and stopped, the program of a session leads to where the session stands, bit for bit. Statements
 * are those of drawn programs; one that is refused, or fails, is left out.
 */

const networks = smallNetworks();
const seed = firstSeed();
const count = runs(8, 200);

it(`the program of a session leads to where it stands: ${count} from seed ${seed}`, async () => {
  const different: string[] = [];
  let done = 0;
  for (let which = 0; which < count; which++) {
    const small = networks[which % networks.length];
    if (small === undefined) throw new Error("there are no networks");
    const { program, weights, statements } = await lived(small, which);
    done += statements;
    if (statements === 0) continue;
    if ((await ran(small, program)) !== weights)
      different.push(`on \`${small.name}\` (${which}):\n${program}`);
  }
  expect(different.join("\n")).toBe("");
  expect(done).toBeGreaterThan(count);
}, 7_200_000);

async function lived(small: SmallNetwork, which: number) {
  const { path: network, data, backend } = small;
  const d = new Draw(seed + 1000, which);
  let steps = 0;
  let stopAt = d.chance(0.2) ? 1 + d.below(3) : Infinity;
  const session = await LiveSession.open({
    network,
    data,
    backend,
    batch,
    seed,
    onProgress: (event) => {
      if (event.kind !== "step" || ++steps !== stopAt) return;
      stopAt = Infinity;
      session.stop();
    },
  });
  try {
    for (const statement of programFor(small, seed, which)) {
      const text = printed([statement]);
      // what is saved is a file, and times of layers are those of a machine: no part of this
      if (/save |latency/.test(text)) continue;
      await session.run(text).catch(refused);
      if (d.chance(0.15)) await session.whatIf("prune weights by random 20%").catch(refused);
      if (d.chance(0.25) && session.undoable > 0) session.undo(1 + d.below(session.undoable));
      if (d.chance(0.5) && session.redoable > 0) session.redo(1 + d.below(session.redoable));
    }
    if (session.history.some(({ stopped }) => stopped?.exact === false))
      return { program: "", weights: "", statements: 0 };
    const program = session.history.map(({ text }) => text).join("\n");
    return { program, weights: bytes(session.parameters), statements: session.history.length };
  } finally {
    await session.close();
  }
}

function refused(cause: unknown): void {
  if (!(cause instanceof DiagnosticError)) throw cause;
}

async function ran({ path, data, backend, network }: SmallNetwork, program: string): Promise<string> {
  const { code, diagnostics } = compile(program, {
    network,
    data: { examples: data.describe().train ?? 0 },
    batch,
    seed,
  });
  if (code === null) return diagnostics.map(({ message }) => message).join("; ");
  const { parameters } = await loopOf(
    code,
    runtime,
  )({ network: path, data, batch, seed, backend, latency: false });
  return bytes(parameters);
}

const bytes = (store: ParameterStore): string =>
  [...store]
    .map(
      ([key, { data }]) =>
        `${key} ${Buffer.from(data.buffer, data.byteOffset, data.byteLength).toString("base64")}`,
    )
    .join("\n");
