import { expect, it } from "vitest";
import { firstSeed, runs } from "../helpers/runs.js";
import { programFor } from "./generate.js";
import { smallNetworks } from "./networks.js";
import { printed, smallest, type Statement } from "./program.js";
import { judge } from "./verdict.js";

/**
 * Every program that `check` accepts runs, and what it said exactly is what happens: programs of all statements and clauses over
 * small networks. `ESPALIER_SEED` and `ESPALIER_RUNS` choose others and more.
 */

/** Causes that are known and wait to be mended: they are passed over. This list has to be empty. */
const awaited: readonly RegExp[] = [
  // `x` or `a` of a layer that `for each` names.
  /has no value here \(core\/expr/,
  // Zeros that a slim takes out by itself, masks after `shuffle`, alignment of blocks.
  /^(prune|regrow|slim): exact (dead|params|macs) that is not$/,
  // Layers that are emptied only in the end.
  /^run ends with P402[01]/,
];

const networks = smallNetworks();
const seed = firstSeed();
const count = runs(200, 2000);

interface Failure {
  readonly program: readonly Statement[];
  readonly network: string;
  readonly what: string;
  times: number;
}

it(`programs run as check says: ${count} from seed ${seed}`, async () => {
  const failures = new Map<string, Failure>();
  let good = 0;
  let exact = 0;
  for (let which = 0; which < count; which++) {
    const network = networks[which % networks.length];
    if (network === undefined) throw new Error("there are no networks");
    const program = programFor(network, seed, which);
    const verdict = await judge(printed(program), network, seed);
    if (verdict.kind === "good") {
      good++;
      exact += verdict.exact;
    }
    if (verdict.kind !== "bad" || awaited.some((cause) => cause.test(verdict.cause))) continue;
    const failure = failures.get(verdict.cause);
    if (failure !== undefined) {
      failure.times++;
      continue;
    }
    const same = async (smaller: readonly Statement[]): Promise<boolean> => {
      const again = await judge(printed(smaller), network, seed);
      return again.kind === "bad" && again.cause === verdict.cause;
    };
    const least = await smallest(program, same);
    failures.set(verdict.cause, { program: least, network: network.name, what: verdict.what, times: 1 });
  }
  const told = [...failures].map(
    ([cause, { program, network, what, times }]) =>
      `${cause}, ${times} times, on \`${network}\`:\n${printed(program)}\n${what}`,
  );
  expect(told.join("\n\n")).toBe("");
  // Most of what is drawn is accepted, and has numbers to compare.
  expect(good).toBeGreaterThan(count / 2);
  expect(exact).toBeGreaterThan(count);
}, 7_200_000);
