/**
 * Runs a benchmark of this folder: `node bench/run.mjs step [arguments]`. `node bench/run.mjs all` runs all of them in one go, each in a
 * process of its own; build first (`npm run build`), for `check` measures what is built. All others are bundled as the package is: where
 * modules reach each other by way of a test runner, a loop that calls a function of another one takes up to twice as long.
 */
import { spawnSync } from "node:child_process";
import { mkdirSync, mkdtempSync, rmSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath, pathToFileURL } from "node:url";
import { rolldown } from "rolldown";

const ALL = [
  ["start"],
  ["check"],
  ["select"],
  ["step"],
  ["rules"],
  ["alignment"],
  ["latency"],
  ["page"],
  ["native", "0"],
  ["native", "1"],
];

const [name = "step"] = process.argv.slice(2);
if (name === "all") {
  for (const each of ALL) {
    const { status } = spawnSync(process.execPath, [fileURLToPath(import.meta.url), ...each], {
      stdio: "inherit",
    });
    if (status !== 0) process.exit(status ?? 1);
  }
} else await import(pathToFileURL(await bundled(name)).href);

/** Bundles a benchmark to where its imports are found, until the process ends. */
async function bundled(name) {
  const root = fileURLToPath(new URL("..", import.meta.url));
  const caches = join(root, "node_modules", ".cache");
  mkdirSync(caches, { recursive: true });
  const dir = mkdtempSync(join(caches, "bench-"));
  process.on("exit", () => rmSync(dir, { recursive: true, force: true }));
  const build = await rolldown({
    cwd: root,
    input: join(root, "bench", `${name}.ts`),
    platform: "node",
    external: /^[^./]/,
    logLevel: "silent",
    plugins: [
      {
        name: "where the data of benchmarks lie",
        transform: (code, id) =>
          id.startsWith(join(root, "bench"))
            ? code.replaceAll("import.meta.url", JSON.stringify(pathToFileURL(id).href))
            : null,
      },
    ],
  });
  await build.write({
    dir,
    format: "esm",
    entryFileNames: "[name].mjs",
    chunkFileNames: "[name]-[hash].mjs",
  });
  return join(dir, `${name}.mjs`);
}
