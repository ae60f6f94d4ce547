import { expect, test } from "vitest";
import { compile } from "../../../compiler/compile.js";
import { branchesOf } from "../../../core/units/branches.js";
import { highest, lowest } from "../../../compiler/plan/estimate.js";
import { costs } from "../../../core/network/costs.js";
import { cifarResNet } from "../../helpers/networks.js";
import { networkOf } from "../../core/masks/setting.js";

const resnet = networkOf(cifarResNet());
const branches = branchesOf(
  resnet,
  resnet.layers.map((_, index) => index),
);
const lastOf = (source: string) => {
  const { plan, diagnostics } = compile(source, { network: resnet });
  return { event: plan?.events.at(-1), codes: diagnostics.map(({ code }) => code) };
};

test("the plan knows the branches that `prune layers` takes, and what goes with them", () => {
  expect(branches.length).toBeGreaterThan(3);
  const { event } = lastOf("prune layers by l1 to 100%\nslim");
  const pruned = compile("prune layers by l1 to 100%", { network: resnet }).plan?.events[0];
  expect(pruned?.nominal).toBe(branches.length);
  expect(pruned?.dead).toBe(branches.length);
  expect(pruned?.total).toBe(branches.length);
  expect(event?.macs).toBeLessThan(costs(resnet).macs / 10);
  const roots = new Set(branches.flatMap((branch) => branch.roots));
  const plain = costs(resnet, (channel) => roots.has(resnet.channels.find(channel)));
  expect(event?.params).toBeLessThan(plain.params);
});

test("one branch of several is any of them", () => {
  const { event } = lastOf("prune layers by l1 1");
  const whole = costs(resnet);
  expect(event?.dead).toBe(1);
  expect(highest(event?.macs ?? NaN)).toBeLessThan(whole.macs);
  expect(typeof event?.macs).toBe("object");
});

test("budgets count branches as gone", () => {
  expect(lastOf("prune layers by l1 to macs <= 60%").codes).not.toContain("P3057");
  expect(lastOf("prune layers by l1 to macs <= 0.01%").codes).toContain("P3057");
});

test("filters of a branch that went are dead", () => {
  const { plan } = compile("prune layers by l1 to 100%\nprune filters by l1 local 50%", { network: resnet });
  const gone = branches.reduce((sum, { roots }) => sum + roots.length, 0);
  expect(lowest(plan?.events[1]?.dead ?? NaN)).toBeGreaterThan(gone);
});

test("layers collapse by nature and take no floor", () => {
  const [step] = compile("prune layers by l1 50%").ir?.body ?? [];
  expect(step).toMatchObject({ kind: "prune", collapse: true });
  expect(lastOf("prune layers by l1 50% keeping at least 1").codes).toContain("P3026");
});
