import { mkdtempSync, readFileSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, expect, it } from "vitest";
import {
  compileProgram,
  openSession,
  type ParameterStore,
  type PruningSession,
  type SessionOptions,
} from "../../index.js";
import * as runtime from "../../runtime/index.js";
import { loopOf } from "../helpers/run-text.js";
import { quarters, residual } from "../e2e/project.js";

const folder = mkdtempSync(join(tmpdir(), "espalier-session-"));
const network = join(folder, "net.json");
const data = join(folder, "data.npz");
writeFileSync(network, JSON.stringify(residual));
writeFileSync(data, quarters(96, 48));

let opened: PruningSession[] = [];
async function open(options: Partial<SessionOptions> = {}): Promise<PruningSession> {
  const session = await openSession({ network, data, backend: "wasm", batch: 16, ...options });
  opened.push(session);
  return session;
}
afterEach(async () => {
  await Promise.all(opened.map((one) => one.close()));
  opened = [];
});

const bytes = (store: ParameterStore): string =>
  JSON.stringify(
    [...store].map(([key, { data: values }]) => [key, Buffer.from(values.buffer).toString("base64")]),
  );

/** The weights that a program leaves which is run by itself. */
async function ran(program: string): Promise<{ readonly weights: string; readonly masks: string }> {
  const out = mkdtempSync(join(tmpdir(), "espalier-ran-"));
  const { result, diagnostics, bound } = await compileProgram(program, {
    file: join(folder, "saved.prune"),
    batch: 16,
  });
  expect(diagnostics.filter(({ severity }) => severity === "error")).toEqual([]);
  const { parameters } = await loopOf(
    result.code ?? "",
    runtime,
  )({ ...bound, batch: 16, backend: "wasm", out });
  return {
    weights: bytes(parameters),
    masks: readFileSync(join(out, "masks.safetensors")).toString("base64"),
  };
}

it("acts at once, says what went, and its program gives the same masks and bytes", async () => {
  const session = await open();
  await session.run("train 1 epoch");
  const [pruned] = await session.run(
    "# the first cut\nprune filters in c1, c2, c3 by taylor over 2 batches global 30%",
  );
  expect(pruned?.said).toEqual([{ kind: "prune", text: expect.stringContaining("dropped") }]);
  expect(pruned?.after.params).toBeLessThan(pruned?.before.params ?? 0);
  expect(pruned?.after.accuracy).not.toBeNull();
  await session.run(
    "criterion mine = sum(abs(w))\nprune filters in c3 by mine 2\nrepeat 2 times { finetune 3 steps }",
  );
  await session.run("train 4 steps with sgd(rate: 0.01) { prune weights by random 10% every 2 steps }");
  await session.run("slim");
  expect(session.history).toHaveLength(7);
  const text = session.program(folder);
  expect(text).toContain('network "net.json"\ndata "data.npz"\n');
  expect(text).toContain("# the first cut\nprune filters");
  expect((await ran(text)).weights).toBe(bytes(session.parameters));
  const out = mkdtempSync(join(folder, "saved-"));
  const before = process.cwd();
  process.chdir(out);
  try {
    await session.run('save "now"');
  } finally {
    process.chdir(before);
  }
  expect(readFileSync(join(out, "now", "masks.safetensors")).toString("base64")).toBe(
    (await ran(text)).masks,
  );
});

it("goes back to any state and forth again, and goes on from there as if nothing had been", async () => {
  const session = await open();
  const states = [bytes(session.parameters)];
  const statements = [
    "train 5 steps",
    "prune filters by l1 25%",
    "slim",
    "finetune 5 steps",
    "mark here",
    "evaluate",
  ];
  for (const one of statements) {
    await session.run(one);
    states.push(bytes(session.parameters));
  }
  const { standing } = session;
  session.undo(3);
  expect(bytes(session.parameters)).toBe(states[3]);
  session.redo(3);
  expect(bytes(session.parameters)).toBe(states[6]);
  expect(session.standing).toEqual(standing);
  session.undo(6);
  expect(bytes(session.parameters)).toBe(states[0]);
  for (let i = 1; i <= 6; i++) {
    session.redo();
    expect(bytes(session.parameters)).toBe(states[i]);
  }
  session.undo(4);
  await session.run("slim; finetune 5 steps".replace(";", "\n"));
  expect(bytes(session.parameters)).toBe(states[4]);
  expect(() => session.redo()).toThrow("nothing to redo");
  expect(() => session.undo(5)).toThrow("there are 4");
});

it("goes back to the same state as often as asked, and trains from it the same every time", async () => {
  const session = await open();
  await session.run("train 5 steps with sgd(rate: 0.05, momentum: 0.9)");
  const { standing } = session;
  const trained: unknown[] = [];
  for (let time = 0; time < 3; time++) {
    await session.run("finetune 5 steps");
    trained.push([session.standing, bytes(session.parameters)]);
    session.undo();
    expect(session.standing).toEqual(standing);
  }
  expect(trained[1]).toEqual(trained[0]);
  expect(trained[2]).toEqual(trained[0]);
});

it("carries an earlier statement out again where a later one makes another of it", async () => {
  const session = await open();
  await session.run("train 1 epoch\nprune filters by l1 25%");
  const [rewound] = await session.run("rewind weights to epoch 1");
  expect(rewound?.again).toBe(2);
  const cycle =
    "train 4 steps { prune weights by abs(w) local 20% every 2 steps\nregrow weights by random 20% }";
  await session.run(cycle);
  const [more] = await session.run("finetune 2 steps");
  expect(more?.again).toBe(1);
  const text = session.program(folder);
  expect((await ran(text)).weights).toBe(bytes(session.parameters));
  session.undo();
  expect((await ran(session.program(folder))).weights).toBe(bytes(session.parameters));
});

it("takes back what was only asked, and what failed", async () => {
  const session = await open();
  await session.run("train 5 steps");
  const before = bytes(session.parameters);
  const [asked] = await session.whatIf("prune filters by l1 50%\nslim".split("\n")[0] ?? "");
  expect(asked?.after.params).toBeLessThan(asked?.before.params ?? 0);
  await expect(session.whatIf("train 1 epoch")).rejects.toThrow("not tried");
  await expect(session.whatIf("repeat 2 times { finetune 1 epoch }")).rejects.toThrow("not tried");
  const { result, from, trains } = session.plan("finetune 6 steps { prune filters by l1 3 every 3 steps }");
  expect(trains).toBe(true);
  const planned = result.plan?.events.filter(({ id }) => id >= from) ?? [];
  expect(planned.map(({ reachable }) => reachable)).toEqual([6, 6]);
  await expect(session.run("prune filters by l1 50%\nrequire accuracy >= 100%")).rejects.toThrow(
    "does not hold",
  );
  session.undo();
  await expect(session.run("prune filters in nowhere by l1 50%")).rejects.toThrow("nowhere");
  await expect(session.run("prune filters by")).rejects.toThrow("P1002");
  expect(bytes(session.parameters)).toBe(before);
  expect(session.history.map(({ text }) => text)).toEqual(["train 5 steps"]);
  const { groups } = await session.sensitivity({ structure: "filters", shares: [0.5] });
  expect(groups.length).toBeGreaterThan(1);
  expect(bytes(session.parameters)).toBe(before);
});

it("stops a training and keeps what it did, which its program says", async () => {
  let steps = 0;
  const session: PruningSession = await open({
    onProgress: (event) => {
      if (event.kind === "step" && ++steps === 8) session.stop();
    },
  });
  const [cut] = await session.run(
    "train 5 epochs batch 16 { penalize filters by group-lasso strength 0.001 }\nslim",
  );
  expect(cut).toMatchObject({ stopped: { steps: 8, exact: true } });
  expect(cut?.text).toMatch(/^train 8 steps batch 16 \{/);
  expect(session.history).toHaveLength(1);
  await session.run("finetune 3 steps");
  expect((await ran(session.program(folder))).weights).toBe(bytes(session.parameters));
  steps = 0;
  const [moving] = await session.run("train 2 epochs with adam(rate: 0.01 -> 0 cosine)");
  expect(moving).toMatchObject({ stopped: { steps: 8, exact: false } });
  expect(session.program(folder)).toContain("was stopped after 8 steps");
  steps = 0;
  const [loop] = await session.run("repeat 3 times { finetune 6 steps }");
  expect(loop).toMatchObject({ stopped: { steps: 8, exact: false } });
  await session.run("finetune 1 steps");
  expect(session.standing.step).toBe(8 + 3 + 8 + 8 + 1);
});

it("says how the network differs from an earlier state", async () => {
  const session = await open();
  await session.run("prune filters in c3 by l1 50%\nprune weights in head by abs(w) 50%");
  const { layers, then, now } = session.diff(0);
  expect(layers.find(({ layer }) => layer === "c3")).toMatchObject({ channels: [12, 6] });
  expect(layers.find(({ layer }) => layer === "c1")).toMatchObject({ channels: [8, 8], moved: 0 });
  expect(now.params).toBeLessThan(then.params);
  expect(session.diff(2).layers.every(({ moved }) => moved === 0)).toBe(true);
  expect(() => session.diff(3)).toThrow("no state 3");
});
