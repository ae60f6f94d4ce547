import { existsSync, mkdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { originalPositionFor, TraceMap } from "@jridgewell/trace-mapping";
import { beforeAll, describe, expect, it } from "vitest";
import { node } from "../e2e/cli.js";
import { built, builtAll, bundlers } from "./build.js";
import { smallProject, type Project } from "../e2e/project.js";

let project: Project;
beforeAll(async () => {
  project = await smallProject(program);
});

const program = `param share = 25%
use half from "./parts/half.prune"
train 4 steps
half(share: share)
slim
finetune 2 steps
`;
const half = `method half(share) {
  prune filters by l1 local amount share
}
`;
const main = `import train from "./a.prune";
const given = { network: "net.json", data: "data.npz", backend: "wasm", batch: 8 };
const macs = async (more) => (await train({ ...given, ...more })).report.after.macs;
const failed = async (work) => work.then(() => null, (cause) => cause.message);
console.log(JSON.stringify([
  await macs({}),
  await macs({ set: { share: "50%" } }),
  await failed(macs({ set: { shaer: "50%" } })),
  await failed(macs({ network: "nowhere.json" })),
]));
`;

describe("a program that is imported", () => {
  it("is its training function, with its parameters, under every bundler", async () => {
    mkdirSync(join(project.folder, "parts"), { recursive: true });
    project.write("parts/half.prune", half);
    project.write("main.mjs", main);
    const outcome = await built(project, { entry: "main.mjs" });
    for (const name of bundlers) expect(outcome[name], name).toMatchObject({ error: null, warnings: [] });
    const all = bundlers.map((name) => `await import("./dist/${name}/main.mjs");`).join(" ");
    const { out, err } = await node(project, ["--input-type=module", "--eval", all]);
    expect(err).toBe("");
    const said = out.trim().split("\n");
    expect(said.length).toBe(bundlers.length);
    for (const line of said) {
      const [macs, fewer, unknown, missing] = JSON.parse(line);
      expect(fewer).toBeLessThan(macs);
      expect(unknown).toMatch(/P2010.*`shaer`/);
      expect(missing).toMatch(/nowhere/);
    }
    for (const name of ["rollup", "webpack"] as const)
      expect(outcome[name].watched, name).toEqual(
        expect.arrayContaining([join(project.folder, "a.prune"), join(project.folder, "parts/half.prune")]),
      );
  }, 120_000);

  it("has a source map to its statements", () => {
    for (const name of bundlers) {
      const folder = join(project.folder, "dist", name);
      const code = readFileSync(join(folder, "main.mjs"), "utf8").split("\n");
      const map = JSON.parse(readFileSync(join(folder, "main.mjs.map"), "utf8"));
      const line = code.findIndex((text) => text.includes("run.slim("));
      const column = code[line]?.indexOf("await") ?? -1;
      const { source, line: original } = originalPositionFor(new TraceMap(map), { line: line + 1, column });
      expect(source, name).toMatch(/a\.prune$/);
      expect(original, name).toBe(5);
    }
  });

  it("keeps its types beside it, where they are asked for", async () => {
    expect(existsSync(join(project.folder, "a.d.prune.ts"))).toBe(false);
    await built(project, { entry: "main.mjs", only: ["rollup"], options: { types: true } });
    const types = readFileSync(join(project.folder, "a.d.prune.ts"), "utf8");
    expect(types).toContain("  /** Default 25%. */\n  readonly share?: string | number | undefined;\n");
  });
});

describe("a mistake", () => {
  let outcomes: Awaited<ReturnType<typeof builtAll>>["outcomes"] = [];
  beforeAll(async () => {
    project.write(
      "wrong.prune",
      '# é\nuse half from "./parts/half.prune"; prune filers by l1 50%\nprune filters by l3 50%\n',
    );
    project.write("wrong.mjs", 'import train from "./wrong.prune";\ntrain();\n');
    project.write("warned.prune", "train 2 steps\nprune filters by l1 50%\n");
    project.write("warned.mjs", 'import train from "./warned.prune";\ntrain();\n');
    const jobs = [
      { entry: "wrong.mjs" },
      { entry: "main.mjs", options: { network: "nowhere.json" } },
      { entry: "main.mjs", options: { sed: 1 }, only: ["rollup"] },
      { entry: "warned.mjs" },
      { entry: "warned.mjs", options: { strict: true }, only: ["rollup", "esbuild"] },
    ] as const;
    ({ outcomes } = await builtAll(project, jobs));
  });
  const outcome = (job: number) => {
    const found = outcomes[job];
    if (found === undefined) throw new Error("not built");
    return found;
  };

  it("is the bundler's own, with its place and a frame", () => {
    const { rollup, vite, esbuild, webpack } = outcome(0);
    const file = join(project.folder, "wrong.prune");
    const loc = { file, line: 2, column: 42 };
    const frame = /2 │ .*prune filers by l1 50%\n {2}│ +\^{6}/;
    const message = /error\[P1005\]: .*`filers`/;
    expect(rollup.error).toMatchObject({
      loc,
      frame: expect.stringMatching(frame),
      message: expect.stringMatching(message),
    });
    const [one] = vite.error?.errors ?? [];
    expect(one).toMatchObject({ loc, frame: expect.stringMatching(frame) });
    expect(vite.error?.message).toMatch(message);
    const [located] = esbuild.error?.errors ?? [];
    expect(located).toMatchObject({
      text: expect.stringMatching(message),
      location: {
        file: "wrong.prune",
        line: 2,
        column: 42,
        length: 6,
        lineText: expect.stringContaining("filers"),
      },
    });
    const [first] = webpack.error?.errors ?? [];
    expect(first).toMatchObject({
      loc: "2:42",
      moduleName: "./wrong.prune",
      message: expect.stringMatching(frame),
    });
  });

  it("of a network that is not there, and of an option, is told as well", () => {
    for (const name of bundlers)
      expect(outcome(1)[name].error?.message, name).toMatch(/error\[P5101\]: .*nowhere\.json/);
    expect(outcome(2).rollup.error?.message).toBe("error[P7010]: the plugin has no option `sed`");
  });

  it("is a warning, or with `strict` an error", () => {
    for (const name of bundlers) {
      expect(outcome(3)[name].error, name).toBe(null);
      expect(JSON.stringify(outcome(3)[name].warnings), name).toMatch(
        /(?=.*warning\[P3065\]).*prune filters by l1/,
      );
    }
    const { rollup, esbuild } = outcome(4);
    for (const { error } of [rollup, esbuild]) expect(error?.message).toMatch(/error\[P3065\]/);
  });
});
