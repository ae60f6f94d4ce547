import fc from "fast-check";
import { expect, test } from "vitest";
import { compile, type CompileOptions } from "../../../compiler/compile.js";
import { namedNetworks } from "../../helpers/networks.js";
import { networkOf } from "../../core/masks/setting.js";
import { runs } from "../../helpers/runs.js";

/** What hangs on what is not known before a run is not exact, and what is said of it leaves room for whatever may come. */

const network = networkOf(namedNetworks.get("plain")?.());

/** How things stand at the end of a program. */
function endOf(source: string, options: CompileOptions = {}) {
  const probes = "prune filters by l1 local to 0%\nprune weights by l1 local to 0%\nrequire params <= 100%";
  const { plan, simulation } = compile(`${source}\n${probes}`, { network, ...options });
  // Some clauses do not go together.
  fc.pre(simulation !== null);
  const [filters, weights] = plan?.events.slice(-2) ?? [];
  const [sizes] = simulation?.requirements.slice(-1) ?? [];
  return { told: [filters?.dead, weights?.dead, weights?.params, weights?.macs], sizes };
}

/** Everything that is exact at the end of one program is so in another, and what is left of that lies between the bounds of this. */
function expectWithin(inner: ReturnType<typeof endOf>, outer: ReturnType<typeof endOf>): void {
  outer.told.forEach((count, i) => {
    if (typeof count === "number") expect([i, inner.told[i]]).toEqual([i, count]);
  });
  if (inner.sizes === undefined || outer.sizes === undefined) throw new Error("the end is reached");
  for (const measure of ["params", "macs", "bytes"] as const) {
    expect(outer.sizes.least[measure]).toBeLessThanOrEqual(inner.sizes.most[measure]);
    expect(outer.sizes.most[measure]).toBeGreaterThanOrEqual(inner.sizes.least[measure]);
  }
}

const amount = fc.constantFrom(
  "30%",
  "2",
  "to 50%",
  "from 10% to 60%",
  "from 0% to 75% cubic",
  "from 60% to 20%",
  "keep 3",
);
const when = fc.constantFrom(
  "every 3 steps",
  "every epoch",
  "every 2 steps during epochs 1..2",
  "every 2 steps during 20%..80%",
  "every step during steps 3..9",
  "every 2 steps from step 4",
  "at epoch 2",
  "at step 7",
);
const scope = fc.constantFrom("local", "local", "global");
const manner = fc.constantFrom("", "", "", " softly", " frozen at start");
const structure = fc.constantFrom("filters", "filters", "kernels", "weights");
const prune = fc
  .tuple(structure, scope, amount, manner, when)
  .map(([what, where, much, how, at]) => `prune ${what} by l1 ${where} ${much}${how} ${at}`);
const other = fc.constantFrom(
  "regrow filters random 50% every 4 steps",
  "mark m at step 5",
  "evaluate every 3 steps",
);
const rules = fc
  .tuple(fc.array(prune, { minLength: 1, maxLength: 2 }), fc.array(other, { maxLength: 1 }))
  .map(([prunes, others]) => [...prunes, ...others].join("\n  "));

/** At its highest target by step 2 of 20, before the other rule ever acts. */
const landsEarly = `prune filters by l1 local from 10% to 60% every 2 steps during epochs 1..2
  prune filters by l1 local keep 3 every 3 steps`;

test("without data, rules whose moments only data tell may have acted or not", () => {
  const lengths = fc.constantFrom("3 epochs", "20 steps");
  const after = fc.constantFrom("", "prune filters by l1 local to 40%\n", "prune weights by l1 local 20%\n");
  fc.assert(
    fc.property(lengths, rules, after, fc.integer({ min: 1, max: 20 }), (length, body, more, steps) => {
      const source = `train ${length} {\n  ${body}\n}\n${more}slim`;
      const known = endOf(source, { data: { examples: 8 * steps }, batch: 8 });
      expectWithin(known, endOf(source));
    }),
    { numRuns: runs(50, 1000), examples: [["20 steps", landsEarly, "", 1]] },
  );
});

const data: CompileOptions = { data: { examples: 80 }, batch: 8 };
const after = fc.constantFrom("", "prune filters by l1 local to 40%\n", "train 1 epoch\n");
const stops = fc.integer({ min: 1, max: 4 });

test("a phase that `until` ends early is one of those in the plan", () => {
  // Neither windows nor targets that go by the length of the phase: a shorter one is the same until its end.
  const steady = (text: string) => !text.includes("from ") && !text.includes("during");
  fc.assert(
    fc.property(rules.filter(steady), stops, after, (body, stop, more) => {
      const rest = `{\n  ${body}\n}\n${more}slim`;
      const early = endOf(`train ${stop} epochs ${rest}`, data);
      expectWithin(early, endOf(`train 4 epochs until accuracy >= 90% ${rest}`, data));
    }),
    { numRuns: runs(30, 600) },
  );
});

test("a loop that `until` ends early is one of those in the plan", () => {
  const bare = prune.map((text) => text.replace(/ (every|at) .*$/, "").replace(" at start", ""));
  const steady = bare.filter((text) => !text.includes("from "));
  const inner = fc.constantFrom("train 1 epoch", "finetune 2 epochs\n  mark m", "rewind masks to dense");
  fc.assert(
    fc.property(steady, inner, stops, after, (body, more, stop, rest) => {
      const loop = `{\n  ${body}\n  ${more}\n}`;
      const back = more.includes("mark") ? "rewind masks to m\n" : "";
      const early = endOf(`mark dense\nrepeat ${stop} times ${loop}\n${back}${rest}slim`, data);
      const whole = `mark dense\nrepeat 4 times ${loop} until accuracy < 50%\n${back}${rest}slim`;
      expectWithin(early, endOf(whole, data));
    }),
    { numRuns: runs(30, 600) },
  );
});
