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

const networks = smallNetworks();
const seed = firstSeed();
const count = runs(120, 1200);

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
    if (verdict.kind !== "bad") continue;
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

/** Programs that once ran otherwise than `check` said, on the network named. */
const found: readonly (readonly [string, string])[] = [
  ["recurrent", "prune channels by norm(abs(g)) except last to 75% joins agree\nslim"],
  ["partly shared", "prune channels by gradient under loss over 2 batches to 100% joins agree\nslim"],
  ["partly shared", "prune channels by abs(norm(x)) global to 100% allowing collapse"],
  ["depthwise", "prune filters by magnitude above layer.std(max(g2)) allowing collapse\nslim"],
  [
    "recurrent",
    "train 2 steps\nrepeat 3 times { prune rows by l1 10% softly\nrewind weights to step 2 }\nharden masks",
  ],
  ["depthwise", "prune rows by l1 to 75%\nshuffle masks\nregrow rows by l1 30%"],
  ["depthwise", "prune kernels by l1 30% latently\nregrow weights by snip 100%\nharden masks"],
  ["residual", "repeat 2 times { prune 2:4 of weights by l1\nshuffle masks }"],
  ["residual", "for each layer as L { prune kernels by sum(abs(w) * norm(x)) in L to 100% }"],
  ["partly shared", "reinitialize by zeros\nslim"],
  [
    "depthwise",
    "train 1 epoch {\nprune filters by random 30% -> 10% every step\nregrow filters by g - sum(abs(w) * norm(x)) under synflow 30%\n}",
  ],
  [
    "residual",
    "train 1 epoch { prune filters by l1 10% -> 40% every step }\nrewind masks, weights to epoch 1\nprune units by l1 25%",
  ],
  [
    "residual",
    "prune layers by l1 to macs <= 80%\nfor each layer as L { slim\nprune filters by l1 in L amount 25% }",
  ],
  ["depthwise", "prune 2:4 of weights by l1 in deep\nslim"],
  ["partly shared", "prune weights by l1 30%\nprune channels by l1 to 100%\nregrow 2:4 of weights by l1 2"],
  [
    "recurrent",
    "prune neurons by magnitude to 50% latently\nprune channels by l1 global from 10% to 50% every epoch latently\nslim",
  ],
  [
    "residual of Keras 3",
    "repeat 2 times {\ntrain 2 epochs\nrepeat 2 times as i {\nprune filters by random 50% frozen at start\nfinetune 1 epoch batch 3 {\nevaluate every step\nprune filters by beta - layer.min(gamma) * size 30% -> 10% every 2 steps\nregrow by max(abs(w) / (1e-3 + abs(dw))) 50%\n}\n}\n}",
  ],
  [
    "recurrent",
    "for each layer as L {\ntrain 1 epoch {\nprune channels by abs(abs(g)) over 2 batches in L from 0% to 60% every epoch\nregrow random 3\n}\n}",
  ],
  [
    "residual",
    "for each layer as L {\nprune strided(2, offset: 1) by sum(g^2) 10% latently\ntrain 3 steps {\nprune channels by max(w0, 0) * abs(g) under loss global 10% -> 40% every epoch latently allowing collapse\nrestore strided(2, offset: 1) by l1 above 0.5\n}\n}\nslim",
  ],
];

it.each(found)("on `%s`: %s", async (name, source) => {
  const network = networks.find((one) => one.name === name);
  if (network === undefined) throw new Error(`there is no network ${name}`);
  expect(await judge(source, network, 1)).not.toMatchObject({ kind: "bad" });
});
