import { tmpdir } from "node:os";
import { join } from "node:path";
import { defineConfig } from "vitest/config";

export default defineConfig({
  test: {
    include: [
      "test/native/**/*.test.ts",
      // Gradients of gates, noise, penalties and teachers.
      "test/runtime/run/{gate,step}-gradients.test.ts",
      "test/runtime/along/attention.test.ts",
      "test/runtime/executor/{drawn,distillation}.test.ts",
      "test/core/masks/{gradient,mixed}-penalty.test.ts",
    ],
    // What is found out about the machine is kept apart from what its user knows.
    env: { XDG_CACHE_HOME: join(tmpdir(), "espalier-native-tests") },
    pool: "forks",
    maxWorkers: 1,
    testTimeout: 300_000,
    hookTimeout: 120_000,
  },
});
