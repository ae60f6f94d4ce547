import { beforeAll, describe, expect, it } from "vitest";
import { bound, espalier, node, onWasm, resultsOf, wrote } from "./cli.js";
import { smallProject, type Project } from "./project.js";

const program = `train 3 epochs with sgd(rate: 0.05 -> 0.01 cosine, momentum: 0.9) {
  prune weights by magnitude global from 0% to 60% cubic every 4 steps during epochs 1..2
}
repeat 2 times {
  prune filters by taylor over 2 batches global 20%
  finetune 1 epoch
}
slim
finetune 1 epoch
require accuracy >= 30%
`;

let project: Project;
let expected: Record<string, string>;

const run = (out: string, ...more: string[]) => [
  ...["run", "a.prune", ...onWasm, "--seed", "5", "--out", out, "--checkpoint-every", "3steps", ...more],
];

beforeAll(async () => {
  project = await smallProject(program);
  const ended = await espalier(project, run("whole"));
  expect(ended).toMatchObject({ code: 0 });
  expected = resultsOf(project, "whole");
}, 120_000);

describe("one program, one seed", () => {
  it("writes network, masks and report, and leaves nothing else", () => {
    const names = Object.keys(expected).map((name) => name.replace(/-[0-9a-f]+\./, "."));
    expect(names.sort()).toEqual(["masks.safetensors", "model.json", "report.json", "weights.bin"]);
  });

  it("gives the same bytes as a module that runs on its own", async () => {
    const compiled = await espalier(project, [
      ...["compile", "a.prune", ...bound, "-o", "loop.mjs", "--batch", "16"],
    ]);
    expect(compiled).toMatchObject({ code: 0, out: "" });
    const ended = await node(project, [
      ...["loop.mjs", "--network", "net.json", "--data", "data.npz", "--backend", "wasm"],
      ...["--seed", "5", "--out", "alone"],
    ]);
    expect(ended).toMatchObject({ code: 0, err: "" });
    expect(ended.out).toMatch(/epoch 3 of 3 .*test accuracy/);
    expect(ended.out).toContain("written to ");
    expect(resultsOf(project, "alone")).toEqual(expected);
  }, 120_000);

  it("gives the same bytes on two threads", async () => {
    expect(await espalier(project, run("threads", "--threads", "2", "--quiet"))).toMatchObject({ code: 0 });
    expect(resultsOf(project, "threads")).toEqual(expected);
  }, 120_000);

  it("stops at ctrl-c with a checkpoint, says how to go on, and goes on to the same bytes", async () => {
    let asked = false;
    const stopped = await espalier(project, run("stopped"), {
      onText(_, kill) {
        if (!asked) kill("SIGINT");
        asked = true;
      },
    });
    expect(stopped).toMatchObject({ code: 1, out: "" });
    expect(stopped.err).toContain("stopping after this step");
    expect(stopped.err).toContain("--resume");
    expect(wrote(project, "stopped/checkpoint")).toBe(true);
    expect(wrote(project, "stopped/model.json")).toBe(false);
    expect(await espalier(project, run("stopped", "--resume"))).toMatchObject({ code: 0 });
    expect(resultsOf(project, "stopped")).toEqual(expected);
  }, 120_000);
});
