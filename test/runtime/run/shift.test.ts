import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, describe, expect, it } from "vitest";
import { compileProgram } from "../../../api/compile-program.js";
import { randomStream } from "../../../core/random.js";
import { runStock } from "../../helpers/stock.js";
import { quarters, residualNetwork, smallNetwork } from "./fixtures.js";
import { killedAt } from "./killed.js";
import { runProgram, type Outcome } from "./program.js";

const root = await mkdtemp(join(tmpdir(), "espalier-shift-"));
afterAll(() => rm(root, { recursive: true, force: true }));
const small = smallNetwork();
const residual = residualNetwork();

const attention = (gate = "shared-softmax", structure = "taps") => `
train 1 epoch with sgd(rate: 0.05) { learn masks on taps by ${gate}(temperature: 1 -> 30) }
prune ${structure} by gate keep 1 each
harden masks
`;
const go = "finetune 1 epoch";

const images = Float32Array.from({ length: 5 * 64 }, (_, i) => randomStream(7, "images").normal(i));

/** The outputs of the network a run ended with, and its parameters, as stock TensorFlow.js has them. */
async function stock({ result }: Outcome) {
  const { outputs, params } = await runStock(result.network, result.parameters, [images], 5);
  return { y: outputs[0] ?? new Float32Array(), params };
}

function expectClose(a: Float32Array, b: Float32Array): void {
  const most = Math.max(...b.map(Math.abs));
  expect(a).toHaveLength(b.length);
  a.forEach((value, i) => expect(Math.abs(value - (b[i] ?? NaN))).toBeLessThanOrEqual(1e-5 * (1 + most)));
}

async function plannedSlims(program: string, network: string) {
  const { result } = await compileProgram(program, { network, data: quarters() });
  return (result.ir?.plan?.events ?? []).filter(({ action }) => action === "slim");
}

const kinds = ({ result }: Outcome): readonly string[] =>
  result.network.layers.map(({ className }) => className);

describe.each([
  ["a chain", small, 2],
  ["residual blocks", residual, 5],
])("convolutions of one tap in %s", (kind, network, count) => {
  it("become shifts and 1×1 convolutions, as foreseen, and compute what they computed", async () => {
    const program = `${attention()}slim\n${go}`;
    const [masked, slimmed] = [
      await runProgram(attention(), network),
      await runProgram(`${attention()}slim`, network),
    ];
    expect(kinds(slimmed).filter((name) => name === "DepthwiseConv2D")).toHaveLength(count);
    const [before, after] = [await stock(masked), await stock(slimmed)];
    expectClose(after.y, before.y);
    const { report } = slimmed.result;
    expect(report.after.params).toBe(after.params);
    expect(report.after.macs).toBeLessThan(masked.result.report.after.macs / 2);
    const sum = (of: "params" | "macs") => report.layers.reduce((all, row) => all + row[of][1], 0);
    expect(sum("macs")).toBe(report.after.macs);
    expect(report.events.at(-1)?.text).toContain(`${count} convolutions written as a shift and a 1×1 one`);
    const { params, macs, nonzeroParams, nonzeroMacs } = report.after;
    expect((await plannedSlims(`${attention()}slim`, network))[0]).toMatchObject({
      params,
      macs,
      nonzeroParams,
      nonzeroMacs,
    });
    // They train on as masked ones do, and stay shifts.
    const trained = await runProgram(program, network);
    expectClose((await stock(trained)).y, (await stock(await runProgram(`${attention()}${go}`, network))).y);
    for (const [key, { data }] of trained.result.parameters)
      if (key.endsWith("depthwise_kernel")) expect(new Set(data)).toEqual(new Set([0, 1]));
  });

  it("go on after a kill as if nothing had happened, bit for bit", async () => {
    const program = `${attention()}mark "m"\nslim\nevaluate on test\n${go}`.replace(
      'mark "m"',
      "mark before",
    );
    const whole = await runProgram(program, network, { out: join(root, kind) });
    const events = whole.told.filter((one) => one.includes('"checkpoint"')).length;
    expect(events).toBeGreaterThan(0);
    for (const last of network === small ? [9] : [12]) {
      const out = join(root, `${kind} ${last}`);
      const resumed = await killedAt(last, program, network, { out, checkpointEvery: "1steps" });
      expect(resumed.result.parameters).toEqual(whole.result.parameters);
      expect(resumed.result.network.topology).toEqual(whole.result.network.topology);
      expect(resumed.result.report.history).toEqual(whole.result.report.history);
    }
  });

  it("are loaded again, pruned again, and hold their zeros", async () => {
    const out = join(root, `${kind} again`);
    const first = await runProgram(`${attention()}slim`, network, { out });
    const again = await runProgram(`prune filters by l1 30%\n${go}\nslim`, join(out, "model.json"));
    expect(kinds(again)).toEqual(kinds(first));
    for (const [key, { data }] of again.result.parameters)
      if (key.endsWith("depthwise_kernel")) expect(new Set(data)).toEqual(new Set([0, 1]));
    expect((await stock(again)).params).toBe(again.result.report.after.params);
    const planned = await plannedSlims(`prune filters by l1 30%\n${go}\nslim`, join(out, "model.json"));
    expect(planned[0]?.params).toBe(again.result.report.after.params);
  });
});

it("masks beside a network say as well what a slim will write", async () => {
  const out = join(root, "beside");
  await runProgram(attention(), small, { out });
  const path = join(out, "model.json");
  const slimmed = await runProgram("slim", path);
  expect(kinds(slimmed).filter((name) => name === "DepthwiseConv2D")).toHaveLength(2);
  expect(await compiledWithMasks("slim", path)).toBe(slimmed.result.report.after.params);
});

async function compiledWithMasks(program: string, network: string) {
  return (await plannedSlims(program, network))[0]?.params;
}

it("requirements below count the shifts", async () => {
  const { result } = await runProgram(`${attention()}slim\nrequire params <= 75%`, small);
  expect(result.report.after.params).toBeLessThan(0.75 * result.report.before.params);
});

describe("they stay whole", () => {
  it.each([
    ["where something below prunes", `${attention()}slim\nprune filters by l1 20%`],
    ["in a loop", `${attention()}repeat 1 times { slim }`],
    ["where something below brings masks back", `mark a\n${attention()}slim\nrewind masks to a`],
  ])("%s", async (_, program) => {
    const run = await runProgram(program, small);
    expect(kinds(run)).not.toContain("DepthwiseConv2D");
    const [planned] = await plannedSlims(program, small);
    expect(planned?.params).toBe(run.result.report.before.params);
  });

  it("where filters do not agree, of which check only knows about", async () => {
    const program = `${attention("softmax")}slim`;
    const run = await runProgram(program, small);
    expect(kinds(run)).not.toContain("DepthwiseConv2D");
    const [planned] = await plannedSlims(program, small);
    expect(planned?.params).toMatchObject({ from: expect.any(Number), to: expect.any(Number) });
  });
});
