import { spawn } from "node:child_process";
import { existsSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { beforeAll, describe, expect, it } from "vitest";
import { loadNetwork } from "../../api/load-network.js";
import { version } from "../../compiler/version.js";
import { node } from "../e2e/cli.js";
import { smallProject, type Project } from "../e2e/project.js";
import { runs } from "../helpers/runs.js";
import { built, bundlers } from "./build.js";

const program = `network "net.json"
data "data.npz"
train 4 steps
prune filters by l1 local 25%
slim
finetune 2 steps
`;
const options = { backend: "wasm", batch: 16 };

/** Those that train again and again wait for `npm run test:long`. */
const long = runs(0, 1) > 0;

let project: Project;
beforeAll(async () => {
  project = await smallProject(program);
  project.write("main.mjs", 'import model from "./a.prune?model";\nexport default model;\n');
});

const cache = () => join(project.folder, "node_modules/.cache/espalier");
const entries = () => readdirSync(cache()).filter((name) => !name.endsWith(".run"));

describe("an import with ?model", () => {
  it("trains once, and is the URL of the smaller network under every bundler", async () => {
    const outcome = await built(project, { entry: "main.mjs", options });
    for (const name of bundlers) expect(outcome[name], name).toMatchObject({ error: null });
    for (const name of bundlers)
      expect(JSON.stringify(outcome[name].warnings), name).not.toContain("espalier]");
    expect(outcome.err.match(/espalier trains a\.prune/g)?.length).toBe(1);
    expect(outcome.err).toMatch(/prune/);
    expect(entries().length).toBe(1);
    const print = bundlers.map((name) => `console.log((await import("./dist/${name}/main.mjs")).default);`);
    const { out, err } = await node(project, ["--input-type=module", "--eval", print.join(" ")]);
    expect(err).toBe("");
    const paths = out
      .trim()
      .split("\n")
      .map((url, i) =>
        url.startsWith("file:") ? fileURLToPath(url) : join(project.folder, "dist", bundlers[i] ?? "", url),
      );
    const texts = paths.map((path) => readFileSync(path, "utf8"));
    expect(new Set(texts).size).toBe(1);
    for (const path of paths) {
      expect(path).toMatch(/assets\/a-[0-9a-f]{8}\.json$/);
      const { network } = await loadNetwork(path);
      expect(network.layers.find(({ name }) => name === "c3")?.config).toMatchObject({ filters: 9 });
      expect(readdirSync(dirname(path)).length).toBe(2);
    }
  }, 120_000);

  it("is taken from the cache where CI is set, and is an error where the cache has none", async () => {
    const env = { CI: "true" };
    const one = { entry: "main.mjs", options, env, only: ["rollup"] } as const;
    const kept = await built(project, one);
    expect(kept.rollup.error).toBe(null);
    expect(kept.err).toBe("");
    project.write("a.prune", program.replace("25%", "50%"));
    const { rollup } = await built(project, one);
    expect(rollup.error?.message).toMatch(
      /error\[P9508\]: `a\.prune` has no trained network in `node_modules\/\.cache\/espalier`/,
    );
    expect(rollup.error?.frame).toMatch(/note: there is `a-\w{16}`: since then changed: program\n/);
    project.write("a.prune", program);
  }, 60_000);

  it.runIf(long)(
    "runs JavaScript that a program names only where that is allowed, and trains anew when it changes",
    async () => {
      const squares = (factor: number): string =>
        `export const squares = (yTrue, yPred, { tf }) => tf.mul(${factor}, tf.sum(tf.square(tf.sub(yTrue, yPred)), -1));\n`;
      project.write("own.mjs", squares(1));
      project.write(
        "own.prune",
        `use loss squares from "./own.mjs"\n${program.replace("4 steps", "4 steps minimizing squares")}`,
      );
      project.write("own-main.mjs", 'import model from "./own.prune?model";\nexport default model;\n');
      const one = { entry: "own-main.mjs", only: ["rollup"] } as const;
      const refused = await built(project, { ...one, options });
      expect(refused.rollup.error?.message).toMatch(/P7021[^]*squares/);
      const own = () => entries().filter((name) => name.startsWith("own-")).length;
      expect(own()).toBe(0);
      const allowed = { ...one, options: { ...options, allowJs: true } };
      expect((await built(project, allowed)).rollup.error).toBe(null);
      expect((await built(project, allowed)).err).not.toContain("espalier trains");
      expect(own()).toBe(1);
      project.write("own.mjs", squares(2));
      expect((await built(project, allowed)).rollup.error).toBe(null);
      expect(own()).toBe(2);
    },
    240_000,
  );

  it.runIf(long)(
    "trains anew where an entry is damaged or of another version",
    async () => {
      const [name = ""] = entries();
      const model = join(cache(), name, "model.json");
      const text = readFileSync(model, "utf8");
      const one = { entry: "main.mjs", options, only: ["rollup"] } as const;
      writeFileSync(model, text.slice(0, 100));
      const refused = await built(project, { ...one, options: { ...options, train: false } });
      expect(refused.rollup.error?.frame).toMatch(
        /is damaged: model\.json has 100 bytes of \d+: it was cut short/,
      );
      const anew = await built(project, one);
      expect(anew.rollup).toMatchObject({
        error: null,
        warnings: [{ message: expect.stringMatching(/P9509.*cut short/) }],
      });
      expect(readFileSync(model, "utf8")).toBe(text);

      const manifest = join(cache(), name, "espalier-entry.json");
      const older = `a-${"0".repeat(16)}`;
      await node(project, [
        "--eval",
        `fs.renameSync("node_modules/.cache/espalier/${name}", "node_modules/.cache/espalier/${older}")`,
      ]);
      const path = manifest.replace(name, older);
      writeFileSync(path, readFileSync(path, "utf8").replace(`"${version}"`, '"0.0.9"'));
      const { rollup } = await built(project, { ...one, options: { ...options, train: false } });
      expect(rollup.error?.frame).toContain(
        `there is \`${older}\`: it is of espalier 0.0.9, this is ${version}`,
      );
    },
    60_000,
  );
});

it.runIf(long)(
  "two builds at once train once",
  async () => {
    rmSync(cache(), { recursive: true });
    const one = { entry: "main.mjs", options, only: ["rollup"] } as const;
    const both = await Promise.all([built(project, one), built(project, { ...one, only: ["esbuild"] })]);
    expect(both[0].rollup.error ?? both[1].esbuild.error).toBe(null);
    const said = both.map(({ err }) => err).join("");
    expect(said.match(/espalier trains a\.prune/g)?.length).toBe(1);
    expect(said).toMatch(/another build trains a\.prune: waiting for it/);
    expect(readdirSync(cache()).length).toBe(1);
  },
  60_000,
);

it("a build without a network says so at the program", async () => {
  project.write("a.prune", "train 4 steps\n");
  const { rollup } = await built(project, { entry: "main.mjs", options, only: ["rollup"] });
  expect(rollup.error).toMatchObject({
    message: expect.stringMatching(/error\[P9506\]: there is no network to train$/),
    loc: { file: join(project.folder, "a.prune"), line: 1 },
  });
});

it.runIf(long)(
  "what ends a training is told at its statement",
  async () => {
    project.write("a.prune", `${program}require loss <= 0.0001\n`);
    const { rollup } = await built(project, { entry: "main.mjs", options, only: ["rollup"] });
    expect(rollup.error).toMatchObject({
      loc: { line: 7 },
      message: expect.stringMatching(/error\[P7004\]/),
    });
  },
  60_000,
);

it.runIf(long)(
  "a build that is killed leaves no process behind, and the next goes on",
  async () => {
    rmSync(cache(), { recursive: true });
    project.write("a.prune", program.replace("4 steps", "120 steps"));
    const given = JSON.stringify([{ entry: "main.mjs", options, only: ["rollup"] }]);
    const child = spawn(process.execPath, ["build.mjs", given], {
      cwd: project.folder,
      env: { ...process.env, CI: "" },
      stdio: ["ignore", "ignore", "pipe"],
    });
    const run = () => readdirSync(cache()).find((name) => name.endsWith(".run"));
    const lock = () => join(cache(), run() ?? "", ".espalier.lock");
    await new Promise<void>((resolve) =>
      child.stderr.on("data", (text) => {
        if (String(text).includes("train 120 steps")) resolve();
      }),
    );
    const { pid } = JSON.parse(readFileSync(lock(), "utf8"));
    child.kill("SIGKILL");
    await expect.poll(() => alive(pid), { timeout: 20_000 }).toBe(false);
    expect(existsSync(lock())).toBe(false);
    const next = await built(project, { entry: "main.mjs", options, only: ["rollup"] });
    expect(next.rollup.error).toBe(null);
    expect(next.err).toMatch(/resumed at step \d+/);
  },
  60_000,
);

function alive(pid: number): boolean {
  try {
    return process.kill(pid, 0);
  } catch {
    return false;
  }
}
