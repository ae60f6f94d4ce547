import { spawn } from "node:child_process";
import { existsSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { beforeAll, describe, expect, it } from "vitest";
import { inProcess } from "../helpers/mistakes/command.js";
import { builtPackage } from "../helpers/package.js";
import { bound } from "./cli.js";
import { npy, quarters, residual, smallProject, type Project } from "./project.js";

/** A run or check whose outside is broken: one error, exit code 1, no stack trace, nothing written. */

let built: string;
let project: Project;
beforeAll(async () => {
  built = await builtPackage();
  project = await smallProject("prune filters by l1 30%\n");
  mkdirSync(join(project.folder, "empty"));
}, 60_000);

const model = JSON.stringify(residual);
const weighted = (paths: readonly string[], shape: readonly number[]) =>
  JSON.stringify({
    ...residual,
    weightsManifest: [{ paths, weights: [{ name: "c1/kernel", shape, dtype: "float32" }] }],
  });
const cyclic = model.replace('[["in",0,0,{}]]', '[["r3",0,0,{}]]');
const huge = model.replace('"filters":8', '"filters":2000000000');

const networks: readonly (readonly [string, string])[] = [
  ["cut short", model.slice(0, 700)],
  ["no JSON", "\u0000\u0001 model"],
  ["empty", ""],
  ["null", "null"],
  ["nothing in it", "{}"],
  ["cyclic", cyclic],
  ["huge", huge],
  ["weights from elsewhere", weighted(["../../../../etc/hostname"], [3, 3, 1, 8])],
  ["weights that are missing", weighted(["nowhere.bin"], [3, 3, 1, 8])],
  ["weights of an absurd size", weighted(["w.bin"], [1e9, 1e9])],
  ["a deep nest", `${'{"config":'.repeat(5000)}1${"}".repeat(5000)}`],
  ["a layer named __proto__", model.replaceAll('"c3"', '"__proto__"').replace('"head"', '"constructor"')],
];

const programs: readonly (readonly [string, string | Uint8Array])[] = [
  ["no text", new Uint8Array([0, 255, 254, 128, 7, 10, 192, 193])],
  ["a broken statement", "prune filters by\n"],
  ["nested too deep", `prune filters by ${"(".repeat(3000)}w${")".repeat(3000)} 10%\n`],
  ["an unknown import", 'use x from "../../../../etc/passwd"\nprune filters by l1 10%\n'],
  ["one long line", `prune filters by ${"w + ".repeat(50_000)}w 10%\n`],
];

const data: readonly (readonly [string, string, string | Uint8Array])[] = [
  ["no zip", "bad.npz", "PK but not really"],
  ["a cut zip", "cut.npz", quarters(40, 10).slice(0, 4000)],
  ["text in columns of numbers", "bad.csv", "label,a\n1,x\n2\n"],
  ["no rows", "none.csv", "label,a\n"],
  ["an array that claims more than it has", "claims.npz", npy("<f4", [1e9, 8, 8, 1], new Uint8Array(8))],
  ["a module that throws", "throws.mjs", 'throw new Error("by the user")'],
  ["no Parquet", "bad.parquet", "PAR1PAR1"],
];

async function refused(...args: string[]): Promise<void> {
  const ended = await inProcess(built, project.folder, [...args, "--json"]);
  expect([ended.err, ended.stray]).toEqual(["", ""]);
  const { diagnostics } = JSON.parse(ended.out);
  const errors = diagnostics.filter((one: { severity: string }) => one.severity === "error");
  expect(errors, ended.out).toHaveLength(1);
  expect(errors[0].code).not.toBe("P9507");
  expect(ended.code).toBe(1);
  expect(ended.out).not.toMatch(/\n\s+at .*:\d+:\d+/);
}

let runs = 0;
/** Refused, and no folder is left behind. */
async function run(program: string, network: string, from: string): Promise<void> {
  const out = `x${runs++}`;
  await refused("run", program, "--network", network, "--data", from, "--backend", "cpu", "--out", out);
  expect(existsSync(join(project.folder, out))).toBe(false);
}

describe("what is broken is refused in one sentence", () => {
  it.for(networks)("network: %s", async ([name, text]) => {
    const file = `${name.replaceAll(" ", "-")}.json`;
    writeFileSync(join(project.folder, file), text);
    await run("a.prune", file, "data.npz");
  });

  it.for(programs)("program: %s", async ([name, text]) => {
    const file = `${name.replaceAll(" ", "-")}.prune`;
    writeFileSync(join(project.folder, file), text);
    await run(file, "net.json", "data.npz");
  });

  it.for(data)("data: %s", async ([, file, content]) => {
    writeFileSync(join(project.folder, file), content);
    await run("a.prune", "net.json", file);
  });

  it("nothing there at all", async () => {
    await run("nowhere.prune", "net.json", "data.npz");
    await run("a.prune", "nowhere.json", "data.npz");
    await run("a.prune", "empty", "data.npz");
    await run("a.prune", "net.json", "nowhere");
    await run("empty", "net.json", "data.npz");
  });

  it("a folder with results stays as it was", async () => {
    const folder = join(project.folder, "kept");
    mkdirSync(folder);
    for (const name of ["loop.mjs", "report.json"]) writeFileSync(join(folder, name), name);
    writeFileSync(join(project.folder, "lacking.json"), weighted(["nowhere.bin"], [3, 3, 1, 8]));
    await refused("run", "a.prune", "--network", "lacking.json", "--data", "data.npz", "--out", "kept");
    expect(readdirSync(folder)).toEqual(["loop.mjs", "report.json"]);
    expect(readFileSync(join(folder, "loop.mjs"), "utf8")).toBe("loop.mjs");
  });

  it("an output that is a file, or the network's own folder", async () => {
    writeFileSync(join(project.folder, "taken"), "kept");
    await refused("run", "a.prune", ...bound, "--backend", "cpu", "--out", "taken");
    await refused("run", "a.prune", ...bound, "--backend", "cpu", "--out", ".");
    await refused("compile", "a.prune", "-o", "empty");
    await refused("compile", "a.prune", "-o", "taken/loop.mjs");
    await refused("run", "a.prune", ...bound, "--backend", "cpu", "--out", "/proc/nowhere");
  });
});

it("standard input without end is read up to a limit, and no further", async () => {
  const child = spawn(process.execPath, [project.cli, "check", "-"], { stdio: ["pipe", "ignore", "pipe"] });
  const [block, most] = [Buffer.alloc(2 ** 22, "# no end\n"), 64];
  let [blocks, said] = [0, ""];
  child.stdin.on("error", () => undefined);
  const feed = (): void => {
    if (child.exitCode !== null || ++blocks > most) return;
    child.stdin.write(block, (cause) => (cause ? undefined : feed()));
  };
  feed();
  child.stderr.setEncoding("utf8").on("data", (text: string) => (said += text));
  const code = await new Promise((resolve) => child.on("close", resolve));
  expect(said).toContain("P9501");
  expect(said).toContain("standard input has more than 67108864 bytes");
  expect(code).toBe(1);
  expect(blocks).toBeLessThan(most);
}, 60_000);
