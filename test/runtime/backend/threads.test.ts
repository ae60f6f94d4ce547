import { expect, test } from "vitest";
import { openBackend, tf } from "../../../runtime/backend/index.js";
import { expectAsOnCpu, run, values, type Compute } from "./oracle.js";

const step: Compute = (ops, [x, k]) => {
  const images = tf.reshape<tf.Rank.R4>(x ?? 0, [8, 16, 16, 8]);
  const kernel = tf.reshape<tf.Rank.R4>(k ?? 0, [3, 3, 8, 16]);
  return [
    ops.relu(
      ops.batchNormTrain(ops.conv2d(images, kernel, null, [1, 1], "same", [1, 1]), null, null, 1e-3).y,
    ),
  ];
};

// Files of tests run in processes of their own, so this one may start the backend with threads.
test("two threads compute what one does, the same bits every time", async () => {
  const handlers = process.listenerCount("uncaughtException");
  const backend = await openBackend({ backend: "wasm", threads: 2 });
  expect(backend.threads).toBe(2);
  expect(backend.description).toContain("2 threads");
  expect(backend.refusals).toEqual([]);
  expect(process.listenerCount("uncaughtException")).toBe(handlers);
  const inputs = [values([8, 16, 16, 8], 1), values([3, 3, 8, 16], 2)];
  await expectAsOnCpu(backend, "threaded", step, inputs, 5e-5);
  const first = run(backend.ops, step, inputs);
  for (let i = 0; i < 5; i++) expect(run(backend.ops, step, inputs)).toEqual(first);
  expect((await openBackend({ backend: "wasm", threads: 1 })).threads).toBe(2);
});

test("more threads than processors are refused, and threads of a backend that has none are told", async () => {
  await expect(openBackend({ backend: "cpu", threads: 100_000 })).rejects.toThrow(/P7010.*processor/);
  expect((await openBackend({ backend: "cpu", threads: 1 })).notes.join()).toContain(
    "`--threads 1` does nothing",
  );
});
