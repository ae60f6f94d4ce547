import fc from "fast-check";
import { expect, test } from "vitest";
import { compile } from "../../../compiler/compile.js";
import type { PruneIr } from "../../../core/ir/types.js";
import { collapse } from "../../../core/network/collapse.js";
import { prune } from "../../core/masks/setting.js";
import { dead } from "../../../core/masks/state.js";
import { cifarResNet, namedNetworks } from "../../helpers/networks.js";
import { criterionOf, momentOf, networkOf, pruneOf, settingOf } from "../../core/masks/setting.js";
import { runs } from "../../helpers/runs.js";
import { foreseen } from "./setting.js";

const plain = networkOf(namedNetworks.get("plain")?.());
const resnet = networkOf(cifarResNet());
const errors = (source: string, network: typeof plain) =>
  compile(source, { network })
    .diagnostics.filter(({ severity }) => severity === "error")
    .map(({ code, span }) => `${code} ${source.slice(span?.start, span?.end).split(" ", 2).join(" ")}`);

test("emptying what is no branch is an error before training", () => {
  const whole = (layer: string) => `prune units in ${layer} by l1 local to 100% allowing collapse`;
  expect(errors(`${whole("conv2d_1")}\ntrain 100 epochs\nslim`, plain)).toEqual(["P4021 prune units"]);
  expect(errors(`train 9 epochs { ${whole("conv2d_1")} every 3 epochs }`, plain)).toEqual([
    "P4021 prune units",
  ]);
  expect(errors(whole("conv2d_2"), resnet)).toEqual([]);
  const softly = "prune units in conv2d_1 by l1 local 100% softly allowing collapse every epoch";
  expect(errors(`train 2 epochs { ${softly} }\nslim`, plain)).toEqual(["P4021 prune units"]);
  expect(errors(`train 2 epochs { ${softly} }\nharden masks`, plain)).toEqual([]);
  expect(errors("prune filters by l1 local to 100% allowing collapse", resnet)).toEqual([
    "P4021 prune filters",
  ]);
});

test("nothing is said of what may yet come out well", () => {
  expect(errors("prune filters by l1 global to 60% allowing collapse", plain)).toEqual([]);
  expect(errors("prune filters by l1 local to 90% allowing collapse", plain)).toEqual([]);
  expect(errors("prune filters by l1 global to 100% allowing collapse", plain)).toEqual([
    "P4021 prune filters",
  ]);
  const rule =
    "prune units in conv2d_1 by l1 local 100% allowing collapse every epoch; regrow random including dropped";
  expect(errors(`train 2 epochs { ${rule} }\ntrain 1 epoch`, plain)).toEqual([]);
});

test("units that are free to come back, or frozen, are not yet gone", () => {
  const frozen = "prune units in conv2d_1 by l1 local 100% frozen at start allowing collapse";
  const later = "prune units in conv2d_2 by l1 local 50% allowing collapse";
  expect(errors(`${frozen}\n${later}\nslim`, plain)).toEqual([]);
});

const step = fc.record({
  layers: fc.array(fc.nat(30), { minLength: 1, maxLength: 4 }),
  share: fc.constantFrom(0.5, 1, 1, 1),
  scope: fc.constantFrom("local" as const, "local" as const, "global" as const),
});

test("the plan and the run agree on what can go whole", async () => {
  let [refused, allowed] = [0, 0];
  const models = fc.constantFrom(...namedNetworks.values());
  await fc.assert(
    fc.asyncProperty(models, fc.array(step, { minLength: 1, maxLength: 3 }), async (make, list) => {
      const setting = settingOf(make());
      const { network } = setting;
      const paths = network.layers.filter(({ ordinal }) => ordinal > 0).map(({ path }) => path);
      const steps = list.map(({ layers, share, scope }): PruneIr => {
        const chosen = new Set(layers.map((n) => paths[n % paths.length] ?? ""));
        return pruneOf({
          structure: "units",
          in: "*",
          layers: paths.filter((one) => chosen.has(one)),
          by: criterionOf("random"),
          scope: scope,
          to: share,
          collapse: true,
        });
      });
      const { simulation } = foreseen(network, steps);
      for (const [i, one] of steps.entries()) {
        const { stuck } = await prune(setting, one, momentOf());
        // What cannot go whole keeps its floors, so that no run ends there.
        const { diagnostics } = collapse(network, (channel) => setting.state.channels[channel] === dead);
        expect(diagnostics).toEqual([]);
        const said = simulation.events[i]?.stuck;
        const exact = steps.slice(0, i + 1).every(({ scope }) => scope === "local");
        // A statement that finds nothing to prune does nothing.
        if (exact && simulation.events[i]?.pools.length !== 0) expect(said).toEqual(stuck);
        if (said !== undefined) refused++;
        else if (exact) allowed++;
      }
    }),
    { numRuns: runs(75, 750) },
  );
  expect(refused).toBeGreaterThan(5);
  expect(allowed).toBeGreaterThan(5);
});
