import { runProgram, type Outcome } from "./program.js";

type Program = Parameters<typeof runProgram>[0];
type Network = Parameters<typeof runProgram>[1];
type Given = NonNullable<Parameters<typeof runProgram>[2]> & { readonly out: string };

class Killed extends Error {}

/** What came of a process that dies as it writes its checkpoint number `last`: null where it died. */
async function mortal(
  last: number,
  program: Program,
  network: Network,
  given: Given,
): Promise<{ readonly outcome: Outcome | null; readonly written: number }> {
  let written = 0;
  const onCheckpoint = (): void => {
    if (++written === last) throw new Killed();
  };
  try {
    return { outcome: await runProgram(program, network, { ...given, onCheckpoint }), written };
  } catch (cause) {
    if (cause instanceof Killed) return { outcome: null, written };
    throw cause;
  }
}

/** A program killed as it writes its checkpoint number `last`, then resumed to its end. */
export async function killedAt(
  last: number,
  program: Program,
  network: Network,
  given: Given,
): Promise<Outcome> {
  const { outcome } = await mortal(last, program, network, given);
  if (outcome !== null) throw new Error(`it ended before checkpoint ${last}`);
  return runProgram(program, network, { ...given, resume: true });
}

/**
 * A program in processes that die one after the other, each as it writes its checkpoint number `last`; the first that a resumed one
 * writes repeats what the one before it wrote last. `kills` and `written` say how many died and how many checkpoints there were.
 */
export async function killedEvery(
  last: number,
  program: Program,
  network: Network,
  given: Given,
): Promise<Outcome & { readonly kills: number; readonly written: number }> {
  let written = 0;
  for (let kills = 0; ; kills++) {
    const one = await mortal(last, program, network, { ...given, resume: kills > 0 });
    written += one.written;
    if (one.outcome !== null) return { ...one.outcome, kills, written };
  }
}
