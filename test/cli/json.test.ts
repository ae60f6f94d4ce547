import { mkdtempSync, readFileSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { main } from "../../cli/main.js";
import { fakeTerminal } from "./fake-terminal.js";

const cwd = mkdtempSync(join(tmpdir(), "espalier-cli-"));
const file = (name: string, text: string) => {
  writeFileSync(join(cwd, name), text);
  return name;
};
const good = file("good.prune", "train 4 epochs { prune filters by l1 20% every epoch }\n");
const bad = file("bad.prune", "prune filters bye l1 20%\n");

async function ran(...args: string[]) {
  const { terminal, said } = fakeTerminal({ cwd });
  return { code: await main(args, terminal), ...said };
}

describe("--json", () => {
  it.for([
    [0, "check", good],
    [1, "check", bad],
    [1, "check", "nowhere.prune"],
    [1, "check", "."],
    [1, "check", good, "--network", "nowhere/model.json"],
    [2, "check"],
    [2, "check", good, "--epochs", "many"],
    [2, "check", good, "--set", "novalue"],
    [0, "compile", good],
    [0, "compile", good, "--emit", "tokens"],
    [0, "compile", good, "--emit", "ast", "--timings"],
    [0, "compile", good, "--emit", "ir"],
    [0, "compile", good, "--emit", "map"],
    [1, "compile", good, "--emit", "plan"],
    [1, "compile", bad],
    [2, "compile", good, "--emit", "wasm"],
    [1, "run", bad],
    [1, "run", good],
    [2, "run", good, "--backend", "tpu"],
    [2, "run", good, "--checkpoint-every", "0s"],
    [2, "run", good, "--batch", "0"],
    [1, "fmt", good, bad, "--check"],
    [2, "explain", "P0000"],
    [0, "explain", "p1001"],
    [2, "doctor", "--backend", "tpu"],
    [2, "chek", good],
    [2, "check", good, "--netwrok", "x"],
  ] as const)("gives exit code %s and one document: %s %s", async ([code, ...args]) => {
    const ended = await ran(...args, "--json");
    expect(ended).toMatchObject({ code, err: "" });
    const said = JSON.parse(ended.out);
    expect(typeof said).toBe("object");
    if (code !== 0 && args[0] !== "fmt")
      expect(said.diagnostics.map((one: { severity: string }) => one.severity)).toContain("error");
  });
});

describe("for people", () => {
  it("suggests the command that was meant", async () => {
    expect(await ran("chek", good)).toMatchObject({ code: 2, out: "" });
    expect((await ran("chek", good)).err).toContain("similar command: `check`");
    expect((await ran("run", good, "--netwrok", "x")).err).toContain("Did you mean --network?");
  });

  it("says without a network what cannot be known", async () => {
    const { code, out } = await ran("check", good);
    expect(code).toBe(0);
    expect(out).toContain("not checked against a network, so units and costs are unknown");
  });

  it("puts a frame around what is wrong", async () => {
    const { code, out, err } = await ran("check", bad);
    expect({ code, out }).toEqual({ code: 1, out: "" });
    expect(err).toContain("bad.prune:1:15");
    expect(err).toContain("1 error\n");
  });

  it("formats in place, and only says so with --check", async () => {
    const name = file("wide.prune", "train   4 epochs {prune filters by l1 20% every epoch}");
    const before = readFileSync(join(cwd, name), "utf8");
    expect(await ran("fmt", "--check", name)).toEqual({ code: 1, out: "", err: `would format ${name}\n` });
    expect(readFileSync(join(cwd, name), "utf8")).toBe(before);
    expect(await ran("fmt", name)).toEqual({ code: 0, out: "", err: `formatted ${name}\n` });
    expect(await ran("fmt", "--check", name)).toEqual({ code: 0, out: "", err: "" });
  });

  it("starts a project once, and writes over nothing", async () => {
    const first = await ran("init", "fresh");
    expect(first).toMatchObject({ code: 0, err: "" });
    expect(first.out).toContain("cd fresh");
    const again = await ran("init", "fresh");
    expect(again).toMatchObject({ code: 1, out: "" });
    expect(again.err).toContain("already holds");
    expect((await ran("init", good)).err).toContain("is a file");
  });

  it("says that a thrown error is its own mistake", async () => {
    const { terminal, said } = fakeTerminal({ cwd });
    const broken = {
      ...terminal,
      out: () => {
        throw new RangeError("out of luck");
      },
    };
    expect(await main(["explain", "P1001"], broken)).toBe(1);
    expect(said.err).toContain("made a mistake of its own: out of luck");
    expect(said.err).not.toMatch(/\n\s+at /);
  });
});
