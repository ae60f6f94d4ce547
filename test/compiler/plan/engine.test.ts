import fc from "fast-check";
import { expect, test } from "vitest";
import { measure } from "../../../core/masks/measure.js";
import type { AmountIr, PruneIr, ScopeIr, StructureIr } from "../../../core/ir/types.js";
import { prune } from "../../core/masks/setting.js";
import { cifarResNet, lenet5 } from "../../helpers/networks.js";
import { namedNetworks } from "../../helpers/networks.js";
import { criterionOf, momentOf, networkOf, pruneOf, settingOf } from "../../core/masks/setting.js";
import { runs } from "../../helpers/runs.js";
import { expectForeseen, expectRecord, foreseen } from "./setting.js";

/** The plan against the engine that prunes: the same statements on the same networks, one after the other. */

const share = fc.integer({ min: 1, max: 19 }).map((n) => n / 20);
const amount: fc.Arbitrary<AmountIr> = fc.oneof(
  share.map((value) => ({ drop: value }) as const),
  share.map((value) => ({ to: value }) as const),
  fc.integer({ min: 1, max: 40 }).map((value) => ({ count: value }) as const),
  fc.integer({ min: 1, max: 12 }).map((value) => ({ keep: value }) as const),
  fc
    .record({
      measure: fc.constantFrom("macs" as const, "macs" as const, "params" as const, "bytes" as const),
      value: share,
    })
    .map((limit): AmountIr => ({ budget: [{ ...limit, relative: true }] })),
);
const channelwise = fc.constantFrom<StructureIr>("filters", "units");
const scope = (...kinds: readonly ScopeIr[]): fc.Arbitrary<ScopeIr> => fc.constantFrom(...kinds);

const statement = (structures: fc.Arbitrary<StructureIr>, scopes: fc.Arbitrary<ScopeIr>) =>
  fc
    .record({
      structure: structures,
      scope: scopes,
      amount,
      aligned: fc.constantFrom(1, 1, 1, 4),
      keeping: fc.constantFrom(1, 2, { share: 0.25 }),
      joins: fc.constantFrom("couple" as const, "couple" as const, "skip" as const),
    })
    .map(({ amount: much, ...parts }) => pruneOf({ ...parts, ...much, by: criterionOf("random") }));

async function compare(
  model: unknown,
  steps: readonly PruneIr[],
  exact: boolean,
  seed: number,
  near = true,
): Promise<void> {
  const network = networkOf(model);
  const { plan } = foreseen(network, steps);
  const setting = settingOf(model, seed);
  for (const [i, step] of steps.entries()) {
    const event = plan.events[i];
    const record = await prune(setting, { ...step, id: i + 1 }, momentOf());
    expectRecord(event, record, near);
    const { macs, params } = measure(network, setting.state);
    expectForeseen(event?.params, params, plan.network.params, "params", near);
    expectForeseen(event?.macs, macs, plan.network.macs, "macs", near);
    const told = [event?.dead, event?.params, event?.macs, ...(event?.layers ?? []).map(({ live }) => live)];
    if (exact) expect(told.filter((one) => typeof one !== "number")).toEqual([]);
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

test("what a global ranking leaves is about what the draws say", async () => {
  const steps = fc.array(statement(channelwise, scope("global", "local")), { minLength: 1, maxLength: 4 });
  await fc.assert(
    fc.asyncProperty(models, steps, seeds, (model, list, seed) => compare(model, list, false, seed)),
    { numRuns: runs(25, 250) },
  );
});

// Multiples take or leave whole layers, so that one draw may look like no other.
test("alignment of a global ranking, and what collapses", async () => {
  const aligned = fc
    .record({
      amount,
      aligned: fc.integer({ min: 2, max: 9 }),
      keeping: fc.constantFrom(1, 3, { share: 0.25 }),
      collapse: fc.boolean(),
      kind: fc.constantFrom("global" as const, "global" as const, "local" as const),
    })
    .map(({ kind, ...parts }) =>
      pruneOf({ ...parts, structure: "units", scope: kind, by: criterionOf("random") }),
    );
  const steps = fc.array(aligned, { minLength: 1, maxLength: 3 });
  await fc.assert(
    fc.asyncProperty(models, steps, seeds, (model, list, seed) => compare(model, list, false, seed, false)),
    { numRuns: runs(40, 400) },
  );
});

const small = namedNetworks.get("plain")?.();

test("weights: local, per row, per sign, Erdős–Rényi and global", async () => {
  const weights = fc.constant<StructureIr>("weights");
  const scopes = scope("local", "global", "row", "sign", "erk", "er");
  const steps = fc.array(statement(weights, scopes), { minLength: 1, maxLength: 3 }).map((list) =>
    list
      .map((one) => ({ ...one, aligned: 1, keeping: 1 }))
      .filter((one) => one.budget === undefined)
      .filter((one) => !one.scope.startsWith("er") || one.to !== undefined),
  );
  await fc.assert(
    fc.asyncProperty(steps, seeds, (list, seed) => compare(small, list, false, seed)),
    { numRuns: runs(20, 200) },
  );
});
