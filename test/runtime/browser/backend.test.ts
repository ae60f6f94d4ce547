import { expect, it } from "vitest";
import { doctor, openRun } from "../../../runtime/browser/index.js";
import { composedOps } from "../../../runtime/backend/ops/composed.js";
import { chooseBackend, type Choice } from "../../../runtime/backend/choose.js";
import { tf } from "../../../runtime/backend/tf.js";
import { openCpu } from "../../../runtime/backend/cpu/open.js";

const nothing = () => Promise.reject(new Error("it is not there"));
/** A page whose WebGL forgets the bias of convolutions, and whose WebGPU does not start. */
const choice: Choice = {
  open: {
    node: nothing,
    webgpu: nothing,
    wasm: nothing,
    cpu: openCpu,
    async webgl() {
      const ops = {
        ...composedOps,
        relu: <T extends tf.Tensor>(x: T) => tf.mul(composedOps.relu(x), 1.1) as T,
      };
      return { ...(await openCpu()), name: "webgl", ops };
    },
  },
  order: ["webgpu", "webgl", "cpu"],
  wantsAllRight: true,
  processors: () => Promise.resolve(1),
  help: () => "",
};

it("a backend whose kernels compute wrongly is passed over, and the run says so", async () => {
  const backend = await chooseBackend({}, choice);
  expect(backend.name).toBe("cpu");
  expect(backend.skipped.map(({ name }) => name)).toEqual(["webgpu", "webgl"]);
  expect(backend.notes).toEqual([
    "backend webgpu does not open: it is not there",
    expect.stringMatching(/^backend webgl is passed over: the kernel .* failed its self-check/),
  ]);
});

it("asked for by name it opens, with what it cannot be trusted with", async () => {
  const { name, refusals } = await chooseBackend({ backend: "webgl" }, choice);
  expect(name).toBe("webgl");
  expect(refusals.length).toBeGreaterThan(0);
});

it("more threads than the device has are refused", () =>
  expect(chooseBackend({ threads: 2 }, choice)).rejects.toThrow(/P7010/));

it("doctor is plain data", async () => {
  const report = await doctor({ backend: "cpu" });
  expect(JSON.parse(JSON.stringify(report))).toEqual(report);
  expect(report).toMatchObject({ backend: "cpu", threads: 1, refusals: [], alignment: { aligned: 1 } });
  expect(report.checks.length).toBeGreaterThan(10);
  await expect(openRun({ network: {}, backend: "cpu" })).rejects.toThrow(/P7010.*no network/);
});
