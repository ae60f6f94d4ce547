import { join } from "node:path";
import { defineConfig } from "vitest/config";

console.log(
  `properties draw from seed ${process.env["ESPALIER_SEED"] ?? "1"} (ESPALIER_SEED=n: from another)`,
);

/** What keeps nothing between files: they share the modules of their worker, for reading those takes longer than most tests. */
const folders = ["core", "grammar", "compiler", "stdlib", "runtime/{executor,optimizers,report,run}"];
const shared = [
  ...folders.map((folder) => `test/${folder}/**/*.test.ts`),
  // That one wants to be the first to open a backend.
  "test/runtime/model/!(script).test.ts",
];
const patience = process.env["ESPALIER_RUNS"] === undefined ? 60_000 : 1_200_000;
const setupFiles = ["test/helpers/seed.ts"];
// What is found out about the machine is kept nowhere: what a busy one measured would decide what `check` says (P3066).
const env = { XDG_CACHE_HOME: join(process.execPath, "no-folder") };
const common = { env, pool: "forks", testTimeout: patience, hookTimeout: 120_000, setupFiles } as const;

export default defineConfig({
  test: {
    maxWorkers: 2,
    projects: [
      { test: { ...common, name: "shared", include: shared, isolate: false } },
      {
        test: {
          ...common,
          name: "alone",
          include: ["test/**/*.test.ts"],
          exclude: [...shared, "test/native/**", "**/node_modules/**"],
        },
      },
    ],
  },
});
