import { readFileSync, rmSync } from "node:fs";
import { join } from "node:path";
import { afterEach, expect, it, vi } from "vitest";
import { atTerminal, noTerminal, type PseudoTerminal } from "../helpers/pseudo-terminal.js";
import { node } from "./cli.js";
import { smallProject, type Project } from "./project.js";

/** An empty prompt that waits. */
const prompt = /> \u001b\[3G$/;
const ctrlC = "\u0003";

// Each waits for what is shown, several times.
vi.setConfig({ testTimeout: 300_000 });

const open: PseudoTerminal[] = [];
afterEach(() => {
  for (const one of open.splice(0)) one.kill();
});

async function atPrompt(
  project: Project,
  columns: number,
  env: Readonly<Record<string, string>> = {},
): Promise<PseudoTerminal> {
  const args = ["repl", "--network", "net.json", "--data", "data.npz", "--backend", "wasm"];
  const terminal = atTerminal([process.execPath, project.cli, ...args], {
    columns,
    cwd: project.folder,
    env: { ESPALIER_HISTORY: join(project.folder, "history"), ...env },
  });
  open.push(terminal);
  await terminal.type("", prompt);
  return terminal;
}

/** What stands on the screen in the end: lines that were redrawn once, no colours. */
const plain = (shown: string): string =>
  shown
    .replace(/[^\n]*\u001b\[2K/g, "")
    .replace(/\u001b\[[0-9;?]*[A-Za-z]/g, "")
    .replaceAll("\r", "");

const withTerminal = it.skipIf(noTerminal !== null);
const why = noTerminal === null ? "" : ` (skipped: ${noTerminal})`;

withTerminal(`acts on what is typed, stops a training, goes back, and writes a program${why}`, async () => {
  const project = await smallProject("");
  const terminal = await atPrompt(project, 80, { NO_COLOR: "1" });
  await terminal.type("pru\t", "prune");
  await terminal.type(" fil\t", "filters");
  await terminal.type(" in c", "c");
  expect(await terminal.type("\t\t", "c3")).toContain("c1");
  await terminal.type("3 by l", "by l");
  await terminal.type("1 25%", "25%");
  const pruned = plain(await terminal.type("\r", prompt));
  expect(pruned).toMatch(
    /prune dropped 3 filters: 3 of 12 dead\n {2}parameters 1,772 → 1,508 \(−14.9 %\)\n {2}MACs /,
  );
  expect(pruned).toMatch(/\n {2}accuracy \d+\.\d\d % → \d+\.\d\d % on test\n/);
  expect(pruned).not.toContain("\u001b[3");
  // It would take hours: however late ctrl-c is typed, it is under way.
  await terminal.type("train 400000 epochs {\r", "… ");
  await terminal.type("penalize filters by l1 strength 0.001 }\r", /step [1-9]\d+\/3200000/);
  expect(plain(await terminal.type(ctrlC, prompt))).toMatch(
    /stopping after this step[^]* {2}stopped after \d+ steps?; what they did stays\n/,
  );
  const history = plain(await terminal.type("show history\r", prompt));
  expect(history).toMatch(/\n {2}2 .*train \d+ steps? \{ penalize filters .*\(stopped\)/);
  expect(plain(await terminal.type("undo\r", prompt))).toContain("at 1: prune filters in c3 by l1 25%");
  expect(plain(await terminal.type("prune filters by nothing 3\r", prompt))).toContain("error[P2002]");
  await terminal.type("prune filters by l1 10%", "10%");
  expect(plain(await terminal.type(ctrlC, prompt))).not.toContain("dropped");
  await terminal.type("slim\r", prompt);
  await terminal.type("save program a.prune\r", prompt);
  terminal.type("quit\r", "quit").catch(() => undefined);
  expect(await terminal.ended).toBe(0);
  expect(readFileSync(join(project.folder, "a.prune"), "utf8")).toBe(
    'network "net.json"\ndata "data.npz"\n\nprune filters in c3 by l1 25%\nslim\n',
  );
  const typed = readFileSync(join(project.folder, "history"), "utf8").split("\n");
  expect(typed.slice(0, 3)).toEqual([
    "prune filters in c3 by l1 25%",
    "train 400000 epochs {",
    "penalize filters by l1 strength 0.001 }",
  ]);
});

withTerminal(`fits 80 and 140 columns, with colour and without${why}`, async () => {
  const project = await smallProject("");
  const shows = async (columns: 80 | 140, colour: boolean): Promise<void> => {
    const terminal = await atPrompt(project, columns, colour ? {} : { NO_COLOR: "1" });
    const pruned = await terminal.type("prune filters in c3 by l1 25%\r", prompt);
    const [before, after] = colour ? ["\u001b[32m", "\u001b[39m"] : ["", ""];
    expect(pruned).toContain(`${before}prune${after} dropped 3 filters`);
    if (!colour) expect(pruned).not.toMatch(/\u001b\[[0-9;]*m/);
    expect(plain(pruned)).toMatch(
      columns === 80
        ? /\n {2}parameters 1,772 → 1,508 \(−14.9 %\)\n {2}MACs [^\n]*\n {2}accuracy [^\n]* on test\n/
        : /\n {2}parameters 1,772 → 1,508 \(−14.9 %\) · MACs [^\n]* · accuracy [^\n]* on test\n/,
    );
    for (const line of plain(pruned).split("\n")) expect(line.length).toBeLessThanOrEqual(columns);
  };
  await Promise.all(([80, 140] as const).flatMap((columns) => [shows(columns, true), shows(columns, false)]));
});

withTerminal(`outlives the files of its network and data${why}`, async () => {
  const project = await smallProject("");
  const terminal = await atPrompt(project, 140);
  project.write("data.npz", "no longer what it was");
  rmSync(join(project.folder, "net.json"));
  await terminal.type("prune filters in c3 by l1 25%\r", prompt);
  expect(plain(await terminal.type("train 4 steps\r", prompt))).not.toContain("error");
  await terminal.type("undo\r", prompt);
  expect(plain(await terminal.type('network "net.json"\r', prompt))).not.toContain("error");
  expect(plain(await terminal.type('network "other.json"\r', prompt))).toContain(
    "has its network and data already",
  );
  await terminal.type("undo\r", prompt);
  expect(plain(await terminal.type('network "other.json"\r', prompt))).toContain("P5101");
  expect(plain(await terminal.type("prune filters in c3 by l1 25%\r", prompt))).toContain(
    "dropped 3 filters",
  );
});

withTerminal(
  `bears a narrow terminal, a pasted megabyte and a history that cannot be written${why}`,
  async () => {
    const project = await smallProject("");
    const terminal = await atPrompt(project, 20, { NO_COLOR: "1", ESPALIER_HISTORY: project.folder });
    expect(terminal.shown().match(/what is typed is not kept/g)).toHaveLength(1);
    const pasted = await terminal.type(
      `${"a".repeat(1_000_000)}\r`,
      /more than a prompt takes[^]*> \u001b\[3G$/,
    );
    expect(pasted.length).toBeLessThan(20_000);
    await terminal.type(
      `\u001b[200~${"evaluate\n".repeat(120_000)}\u001b[201~`,
      /more than a prompt takes[^]*> \u001b\[3G$/,
    );
    await terminal.type("\u001b[200~mark a\n\tmark b\n\u001b[201~", /`b`[^]*> \u001b\[3G$/);
    const shown =
      plain(await terminal.type("show cost\r", prompt)) + plain(await terminal.type("help\r", prompt));
    for (const line of shown.split("\n").filter((one) => !one.includes("|")))
      expect(line.length).toBeLessThanOrEqual(24);
    expect(shown).toContain("1,772 → 1,772");
    expect(terminal.shown().match(/what is typed is not kept/g)).toHaveLength(1);
  },
);

it("reads lines from a pipe, and fails where one failed", async () => {
  const project = await smallProject('network "net.json"\ndata "data.npz"\nprune filters in c3 by l1 25%\n');
  const command = `printf 'show cost\\nnonsense\\nshow joins\\n' | ${process.execPath} ${project.cli} repl a.prune`;
  const { code, out, err } = await node(project, [
    "-e",
    `process.exitCode = require("child_process").spawnSync("sh", ["-c", ${JSON.stringify(command)}], { stdio: "inherit" }).status`,
  ]);
  expect(code).toBe(1);
  expect(out).toContain("1,508");
  expect(out).toContain("A  8 units of c1, c2");
  expect(err).toContain("dropped 3 filters");
  expect(err).toContain("error[P1003]");
});
