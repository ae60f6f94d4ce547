import { readFileSync } from "node:fs";
import { join } from "node:path";
import { expect, it } from "vitest";
import { espalier, node, reportOf } from "./cli.js";
import { emptyProject, quarters, residual } from "./project.js";

/** The examples of `docs/javascript.md`, saved and run as they stand there. */
const text = readFileSync(new URL("../../docs/javascript.md", import.meta.url), "utf8");
const files = [...text.matchAll(/`([\w.]+)`:\n+^```\w*\n([^]*?)^```$/gm)].map(
  ([, name = "", body = ""]) => [name, body] as const,
);

async function project() {
  const made = await emptyProject();
  made.write("model.json", JSON.stringify(residual));
  made.write("data.npz", quarters(240, 96));
  for (const [name, body] of files) made.write(name, body);
  return made;
}

it("run as they stand there", async () => {
  expect(files.map(([name]) => name)).toEqual([
    "losses.mjs",
    "own.prune",
    "scores.mjs",
    "scored.prune",
    "fits.mjs",
    "fitted.prune",
    "own.mjs",
  ]);
  const made = await project();
  const refused = await espalier(made, ["run", "own.prune"]);
  expect(refused.err).toContain("P7021");
  expect(refused.code).toBe(1);
  const ran = await espalier(made, ["run", "own.prune", "--allow-js", "--out", "one"]);
  expect(ran.code, ran.err).toBe(0);
  expect(ran.out).toContain("test surety");
  const { surety } = reportOf(made, "one").after.metrics ?? {};
  expect(surety).toBeGreaterThan(0);
  const given = await node(made, ["own.mjs"]);
  expect(given.code, given.err).toBe(0);
  expect(Number(given.out)).toBeGreaterThan(0);
  const looked = await espalier(made, ["check", "scored.prune", "--allow-js"]);
  expect(looked.out).toContain("fisher reads w, g: 2 batches forward and backward at each event");
  const scored = await espalier(made, ["run", "scored.prune", "--allow-js", "--out", "three"]);
  expect(scored.code, scored.err).toBe(0);
  const { before, after, events } = reportOf(made, "three");
  expect(after.params).toBeLessThan(before.params);
  expect(events.map(({ text: line }) => line)).toContainEqual(
    expect.stringMatching(/^`centre` set \d+ weight tensors$/),
  );
}, 120_000);

it("come with the loop that is compiled, into whatever folder", async () => {
  const made = await project();
  const compiled = await espalier(made, ["compile", "own.prune", "-o", "loop.mjs"]);
  expect(compiled.code, compiled.err).toBe(0);
  const loop = readFileSync(join(made.folder, "loop.mjs"), "utf8");
  expect(loop).toContain('import { bounded, surety } from "./losses.mjs";');
  const ran = await node(made, ["loop.mjs", "--out", "two", "--backend", "cpu"]);
  expect(ran.code, ran.err).toBe(0);
  expect(reportOf(made, "two").after.metrics?.["surety"]).toBeGreaterThan(0);
  const away = await espalier(made, ["compile", "own.prune", "-o", "two/loop.mjs"]);
  expect(away.code, away.err).toBe(0);
  expect(readFileSync(join(made.folder, "two/loop.mjs"), "utf8")).toContain('from "../losses.mjs";');
}, 120_000);

it("re-fit layers in the loop that is compiled", async () => {
  const made = await project();
  const compiled = await espalier(made, ["compile", "fitted.prune", "-o", "fitted.mjs"]);
  expect(compiled.code, compiled.err).toBe(0);
  expect(readFileSync(join(made.folder, "fitted.mjs"), "utf8")).toContain("args: { sweeps: 20 }");
  const ran = await node(made, ["fitted.mjs", "--out", "four"]);
  expect(ran.code, ran.err).toBe(0);
  const { notes, before, after } = reportOf(made, "four");
  expect(after.params).toBeLessThan(before.params);
  const shares = notes.flatMap((note) => {
    const [, is, was] = /re-fitted: its outputs are off by (\S+) % \((\S+) % before\)/.exec(note) ?? [];
    return is === undefined ? [] : [Number(is) / Number(was)];
  });
  expect(shares.length).toBeGreaterThan(1);
  for (const share of shares) expect(share).toBeLessThan(1);
}, 120_000);

it("ctrl-c ends a run whose JavaScript never gives the process back while it is loaded", async () => {
  const made = await emptyProject();
  made.write("model.json", JSON.stringify(residual));
  made.write("data.npz", quarters(24, 9));
  // No test is to leave a process behind that runs for ever.
  const busy = "const end = Date.now() + 40_000;\nwhile (Date.now() < end);\nexport const own = 1;\n";
  made.write("own.mjs", `process.stderr.write("loading\\n");\n${busy}`);
  made.write("a.prune", 'use loss own from "./own.mjs"\ntrain 1 epoch minimizing own\n');
  const args = ["run", "a.prune", "--network", "model.json", "--data", "data.npz", "--allow-js"];
  const ended = await espalier(made, args, {
    onText(text, kill) {
      if (text.includes("loading")) kill("SIGINT");
    },
  });
  expect(ended).toMatchObject({ code: null, signal: "SIGINT" });
}, 60_000);
