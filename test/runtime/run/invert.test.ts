import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, describe, expect, it } from "vitest";
import { smallNetworks } from "../../properties/networks.js";
import { judge } from "../../properties/verdict.js";
import { smallNetwork } from "./fixtures.js";
import { killedAt } from "./killed.js";
import { runProgram, type Outcome } from "./program.js";

const root = mkdtempSync(join(tmpdir(), "espalier-invert-"));
afterAll(() => rmSync(root, { recursive: true, force: true }));
const network = smallNetwork();
const given = { backend: "wasm" as const };

const codesOf = ({ run }: Outcome, key: string) => [...(run.session.state.elements.get(key) ?? [])];
const channelsOf = ({ run }: Outcome) => [...run.session.state.channels];
const weightsOf = ({ run }: Outcome) =>
  new Map([...run.session.parameters].map(([key, { data }]) => [key, [...data]]));

describe("invert masks", () => {
  it("exchanges what is dead and what lives where something died, and nothing else", async () => {
    const text = "train 3 steps\nprune weights by l1 in c2, d1 to 30%";
    const [before, after] = [
      await runProgram(text, network, given),
      await runProgram(`${text}\ninvert masks`, network, given),
    ];
    const [trained, inverted] = [weightsOf(before), weightsOf(after)];
    for (const key of ["c2/kernel", "d1/kernel"]) {
      const was = codesOf(before, key);
      expect(codesOf(after, key)).toEqual(was.map((code) => 1 - code));
      const start = after.run.session.state.start.get(key) ?? [];
      expect(inverted.get(key)).toEqual(was.map((code, i) => (code === 1 ? start[i] : 0)));
      const slots = Object.values(after.run.session.slots.get(key) ?? {});
      expect(slots.length).toBeGreaterThan(0);
      for (const slot of slots) expect(slot.every((value) => value === 0)).toBe(true);
    }
    for (const [key, values] of trained)
      if (!["c2/kernel", "d1/kernel"].includes(key)) expect(inverted.get(key), key).toEqual(values);
    const twice = await runProgram(`${text}\ninvert masks\ninvert masks`, network, given);
    expect(codesOf(twice, "d1/kernel")).toEqual(codesOf(before, "d1/kernel"));
  });

  it("takes the highest scores of a layer after a prune of the lowest", async () => {
    const turned = await runProgram("prune weights by l1 to 10%\ninvert masks", network, given);
    const negated = await runProgram("prune weights by -abs(w) to 90%", network, given);
    for (const key of ["c1/kernel", "d1/kernel"])
      expect(codesOf(turned, key).map((code) => (code === 1 ? 1 : 0))).toEqual(codesOf(negated, key));
  });

  it("exchanges units and what belongs to them, in the layers of a selection", async () => {
    const text = "train 3 steps\nprune units by l1 in c1, d1 to 50%";
    const before = await runProgram(text, network, given);
    const after = await runProgram(`${text}\ninvert masks in d1\nslim`, network, given);
    const { network: now } = after.run.session;
    const units = (path: string) =>
      before.run.session.network.layers
        .find((layer) => layer.path === path)
        ?.weights.find(({ isKernel }) => isKernel)
        ?.bindings.find(({ axis }, _, all) => axis === Math.max(...all.map((one) => one.axis)))?.ids ?? [];
    const [was, is] = [channelsOf(before), channelsOf(after)];
    expect([...units("d1")].map((id) => is[id])).toEqual([...units("d1")].map((id) => 1 - (was[id] ?? 0)));
    expect([...units("c1")].map((id) => is[id])).toEqual([...units("c1")].map((id) => was[id]));
    expect(now.layers.find(({ path }) => path === "d1")?.weights[0]?.shape.at(-1)).toBe(
      [...units("d1")].filter((id) => was[id] === 1).length,
    );
  });

  it("leaves what trains underneath, and resumes after a kill", async () => {
    const text = "prune weights by l1 in d1 to 40%\ntrain 2 steps\ninvert masks\ntrain 3 steps";
    const whole = await runProgram(text, network, {
      ...given,
      out: join(root, "whole"),
      checkpointEvery: "1steps",
    });
    const resumed = await killedAt(4, text, network, {
      ...given,
      out: join(root, "killed"),
      checkpointEvery: "1steps",
    });
    expect(weightsOf(resumed)).toEqual(weightsOf(whole));
    const latent = await runProgram(
      "prune weights by l1 in d1 to 40% latently\ninvert masks\nharden masks",
      network,
      given,
    );
    const plain = await runProgram("prune weights by l1 in d1 to 40%", network, given);
    expect(codesOf(latent, "d1/kernel")).toEqual(codesOf(plain, "d1/kernel"));
  });
});

describe("`check` of an inversion says what happens", () => {
  const networks = smallNetworks();
  it.each([
    ["residual", "prune weights by l1 to 30%\ninvert masks\nprune weights by l1 10%\nslim"],
    ["residual", "prune units by l1 to 30%\ninvert masks\nprune units by l1 10%\nslim"],
    ["depthwise", "prune kernels by l1 to 40%\ninvert masks\nprune kernels by l1 20%"],
    ["recurrent", "prune weights by l1 global 30%\ninvert masks\nprune weights by l1 global 10%"],
    ["residual", "prune units by l1 25%\nprune weights by l1 30%\ninvert masks\nregrow weights random 20%"],
    ["depthwise", "prune strided(2, offset: 1) by l1 50%\ninvert masks\nprune weights by l1 10%"],
    ["residual", "prune 1:4 of weights by l1\ninvert masks\nprune weights by l1 10%\nevaluate"],
    [
      "partly shared",
      "prune weights by l1 20% latently\nprune weights by l1 10%\ninvert masks\nharden masks",
    ],
  ])("on `%s`: %s", async (name, source) => {
    const found = networks.find((one) => one.name === name);
    if (found === undefined) throw new Error(`there is no network ${name}`);
    expect(await judge(source, found, 1)).toMatchObject({ kind: "good" });
  });
});
