import { expect, it } from "vitest";
import { residualNetwork } from "./fixtures.js";
import { runProgram } from "./program.js";

const network = residualNetwork({ deep: true });
/** No unit of this network has a larger share of its MACs. */
const largest = 0.12;

it.each([
  ["repeat 4 times { prune filters by l1 global from 100% to macs <= 40% }", [0.85, 0.7, 0.55, 0.4]],
  ["repeat 2 times { prune filters by l1 global from 100% to macs <= 40% cubic }", [0.475, 0.4]],
  ["repeat 3 times as i { prune filters by l1 global to macs <= 100% - 15% * i }", [0.85, 0.7, 0.55]],
  ["train 3 epochs { prune filters by l1 global from 100% to macs <= 40% every epoch }", [0.8, 0.6, 0.4]],
])("a budget that moves is kept at every event, and hardly undercut: %s", async (program, limits) => {
  const { run } = await runProgram(program, network);
  const { record, start } = run.session;
  const left = record.history.map(({ macs }) => macs / start.measures.macs);
  expect(left).toHaveLength(limits.length);
  limits.forEach((limit, i) => {
    expect(left[i]).toBeLessThanOrEqual(limit);
    expect(left[i]).toBeGreaterThan(limit - largest);
  });
});
