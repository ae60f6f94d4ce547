import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, expect, it } from "vitest";
import { smallNetwork } from "./fixtures.js";
import { killedAt } from "./killed.js";
import { runProgram } from "./program.js";

const root = mkdtempSync(join(tmpdir(), "espalier-second-order-"));
afterAll(() => rmSync(root, { recursive: true, force: true }));
const network = smallNetwork();

it("a run that prunes by second derivatives is killed and resumed to the same masks and weights", async () => {
  const program = `train 3 epochs batch 32 {
  prune weights by abs(h * w^2) over 1 batches and 2 probes local 20% every epoch
}
prune weights by -w * hg over 1 batches local to 70%`;
  const whole = await runProgram(program, network);
  const { run } = await killedAt(2, program, network, { out: join(root, "out"), checkpointEvery: "2steps" });
  expect(run.session.parameters).toEqual(whole.run.session.parameters);
  expect(run.session.state.elements).toEqual(whole.run.session.state.elements);
  expect([...run.session.state.elements.values()].some((codes) => codes.includes(1))).toBe(true);
});
