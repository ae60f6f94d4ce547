import fc from "fast-check";
import { expect, test } from "vitest";
import { costs } from "../../../core/network/costs.js";
import type { AmountIr, Ir, PruneIr, ScopeIr, StepIr, StructureIr } from "../../../core/ir/types.js";
import { makePlan } from "../../../compiler/plan/plan.js";
import { networkWorld } from "../../../compiler/plan/network-world.js";
import { simulate } from "../../../compiler/plan/simulate.js";
import { prune } from "../../core/masks/setting.js";
import { cifarResNet, lenet5 } from "../../helpers/networks.js";
import { namedNetworks } from "../../helpers/networks.js";
import { criterionOf, momentOf, networkOf, pruneOf, settingOf } from "../../core/masks/setting.js";
import { runs } from "../../helpers/runs.js";

/** The plan against the engine that prunes: the same statements on the same networks, one after the other. */

const share = fc.integer({ min: 1, max: 19 }).map((n) => n / 20);
const amount: fc.Arbitrary<AmountIr> = fc.oneof(
  share.map((value) => ({ kind: "drop-share", value }) as const),
  share.map((value) => ({ kind: "target", value }) as const),
  fc.integer({ min: 1, max: 40 }).map((value) => ({ kind: "drop-count", value }) as const),
  fc.integer({ min: 1, max: 12 }).map((value) => ({ kind: "keep-count", value, each: false }) as const),
  fc
    .record({
      measure: fc.constantFrom("macs" as const, "macs" as const, "params" as const, "bytes" as const),
      value: share,
    })
    .map((limit): AmountIr => ({ kind: "budget", limits: [{ ...limit, relative: true }] })),
);
const channelwise: fc.Arbitrary<StructureIr> = fc
  .constantFrom("filters" as const, "units" as const)
  .map((name) => ({ name }));
const scope = (...kinds: readonly Exclude<ScopeIr["kind"], "group">[]): fc.Arbitrary<ScopeIr> =>
  fc.constantFrom(...kinds).map((kind) => ({ kind }));

const statement = (structures: fc.Arbitrary<StructureIr>, scopes: fc.Arbitrary<ScopeIr>) =>
  fc
    .record({
      structure: structures,
      scope: scopes,
      amount,
      aligned: fc.constantFrom(1, 1, 1, 4),
      keeping: fc.constantFrom({ count: 1 }, { count: 2 }, { share: 0.25 }),
      joins: fc.constantFrom("couple" as const, "couple" as const, "skip" as const),
    })
    .map((parts) => pruneOf({ ...parts, criterion: criterionOf("random") }));

function programOf(steps: readonly PruneIr[]): Ir {
  const body: readonly StepIr[] = steps.map((step, i) => ({ ...step, id: i + 1 }));
  return { ir: 1, source: "p.prune", network: null, data: null, body, plan: null };
}

async function compare(
  model: unknown,
  steps: readonly PruneIr[],
  exact: boolean,
  seed: number,
): Promise<void> {
  const network = networkOf(model);
  const ir = programOf(steps);
  const plan = makePlan(network, simulate(ir, networkWorld(network), { batch: 32 }));
  const setting = settingOf(model, seed);
  for (const [i, step] of ir.body.entries()) {
    if (step.kind !== "prune") throw new Error("a prune step");
    const event = plan.events[i];
    if (event === undefined) throw new Error("every step is an event");
    const record = await prune(setting, step, momentOf());
    const budget = step.amount.kind === "budget";
    expect(event.total).toBe(record.total);
    if (event.nominal !== null && !budget) expect(event.nominal).toBe(record.nominal);
    expect(event.dead?.[0]).toBeLessThanOrEqual(record.dead);
    expect(event.dead?.[1]).toBeGreaterThanOrEqual(record.dead);
    if (exact) expect(event.dead).toEqual([record.dead, record.dead]);
    for (const { layer, live } of record.layers) {
      const planned = event.layers.find((one) => one.layer === layer)?.live;
      if (planned === undefined) continue;
      expect(planned[0]).toBeLessThanOrEqual(live);
      expect(planned[1]).toBeGreaterThanOrEqual(live);
      if (exact) expect(planned).toEqual([live, live]);
    }
    const now = costs(network, (channel) => (setting.state.channels[channel] ?? 0) !== 0);
    for (const measure of ["params", "macs"] as const) {
      expect(event[measure]?.[0]).toBeLessThanOrEqual(now[measure]);
      expect(event[measure]?.[1]).toBeGreaterThanOrEqual(now[measure]);
      if (exact) expect(event[measure]).toEqual([now[measure], now[measure]]);
    }
  }
}

/** Cells of two sizes make one group whose units cost differently: counts are exact there, costs are not. */
const alike = [...namedNetworks].filter(([name]) => name !== "stacked cells").map(([, make]) => make());
const exactModels = fc.constantFrom<unknown>(cifarResNet(), lenet5(), ...alike);
const models = fc.constantFrom<unknown>(cifarResNet(), ...[...namedNetworks.values()].map((make) => make()));
const seeds = fc.integer({ min: 1, max: 1000 });

test("local counts of channels are foreseen to the unit, and their costs to the parameter", async () => {
  const steps = fc.array(statement(channelwise, scope("local")), { minLength: 1, maxLength: 3 });
  await fc.assert(
    fc.asyncProperty(exactModels, steps, seeds, (model, list, seed) => compare(model, list, true, seed)),
    { numRuns: runs(20, 200) },
  );
});

test("bounds of global rankings hold what happens", async () => {
  const steps = fc.array(statement(channelwise, scope("global", "local")), { minLength: 1, maxLength: 4 });
  await fc.assert(
    fc.asyncProperty(models, steps, seeds, (model, list, seed) => compare(model, list, false, seed)),
    { numRuns: runs(25, 250) },
  );
});

test("alignment of a global ranking is bounded, and narrow layers are known to lose nothing", async () => {
  const aligned = fc
    .record({
      amount,
      aligned: fc.integer({ min: 2, max: 9 }),
      keeping: fc.constantFrom({ count: 1 }, { count: 3 }, { share: 0.25 }),
      collapse: fc.boolean(),
      kind: fc.constantFrom("global" as const, "global" as const, "local" as const),
    })
    .map(({ kind, ...parts }) =>
      pruneOf({ ...parts, structure: { name: "units" }, scope: { kind }, criterion: criterionOf("random") }),
    );
  const steps = fc.array(aligned, { minLength: 1, maxLength: 3 });
  await fc.assert(
    fc.asyncProperty(models, steps, seeds, (model, list, seed) => compare(model, list, false, seed)),
    { numRuns: runs(40, 400) },
  );
});

const small = namedNetworks.get("plain")?.();

test("weights: local, per row, per sign, Erdős–Rényi and global", async () => {
  const weights = fc.constant<StructureIr>({ name: "weights" });
  const scopes = scope("local", "global", "row", "sign", "erk", "er");
  const steps = fc.array(statement(weights, scopes), { minLength: 1, maxLength: 3 }).map((list) =>
    list
      .map((one) => ({ ...one, aligned: 1, keeping: { count: 1 } }))
      .filter((one) => one.amount.kind !== "budget")
      .filter((one) => !one.scope.kind.startsWith("er") || one.amount.kind === "target"),
  );
  await fc.assert(
    fc.asyncProperty(steps, seeds, (list, seed) => compare(small, list, false, seed)),
    { numRuns: runs(20, 200) },
  );
});
