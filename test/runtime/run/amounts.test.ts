import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, describe, expect, it } from "vitest";
import { abs, openRun, sum } from "../../../runtime/index.js";
import { amountRows } from "../../../runtime/run/report/report-data.js";
import { options, residualNetwork, smallNetwork } from "./fixtures.js";

const network = smallNetwork();
const root = await mkdtemp(join(tmpdir(), "espalier-amounts-"));
afterAll(() => rm(root, { recursive: true, force: true }));
const l1 = { by: sum(abs("w")), scope: "global" } as const;

describe("the amounts of the report", () => {
  it("count what is dead at the end, after regrow and rewind too", async () => {
    const run = await openRun(options({ network }));
    await run.prune(1, { structure: "weights", ...l1, drop: 0.5 });
    const [{ total, achieved } = { total: NaN, achieved: NaN }] = amountRows(run.session);
    expect(achieved).toBe(Math.round(0.5 * total));
    await run.regrow(2, { structure: "weights", by: "random", count: 100, values: "zero" });
    expect(amountRows(run.session)).toMatchObject([{ achieved: achieved - 100, effective: achieved - 100 }]);
    await run.rewind(3, { what: ["masks", "weights"], to: "start" });
    expect(amountRows(run.session)).toMatchObject([{ total, achieved: 0, effective: 0, physical: 0 }]);
    run.session.executor.dispose();
  });

  it("follow deaths, not living weights that happen to be 0", async () => {
    const run = await openRun(options({ network }));
    const kernel = run.session.parameters.get("d1/kernel")?.data ?? new Float32Array();
    kernel.forEach((_, i) => (kernel[i] = i % 3 === 0 ? 0 : 1));
    await run.prune(1, { structure: "weights", in: "d1", ...l1, drop: 0 });
    expect(amountRows(run.session)).toMatchObject([{ achieved: 0, effective: 0 }]);
    // A filter of c2 is read by 9 × 10 weights of d1, and made by 54 of its own.
    await run.prune(2, { structure: "filters", in: "c2", ...l1, drop: 1 / 8 });
    await run.prune(3, { structure: "weights", in: ["c2", "d1"], ...l1, drop: 0 });
    const rows = amountRows(run.session);
    expect(rows.map(({ effective }) => effective)).toEqual([90, 1, 90 + 54]);
    await run.slim(4);
    expect(amountRows(run.session).map(({ physical }) => physical)).toEqual([90, 1, 90 + 54]);
    run.session.executor.dispose();
  });

  it("have rows for masks from a file", async () => {
    const first = await openRun(options({ network, out: join(root, "ticket") }));
    await first.prune(1, { structure: "weights", in: "d1", ...l1, drop: 0.25 });
    await first.prune(2, { structure: "filters", in: "c2", ...l1, drop: 2 / 8 });
    await first.finish();
    const run = await openRun(options({ network }));
    await run.load(1, "masks", join(root, "ticket"));
    const rows = amountRows(run.session);
    expect(rows.map(({ structure, nominal }) => [structure, nominal])).toEqual([
      ["weights", null],
      ["units", null],
    ]);
    expect(rows[1]).toMatchObject({ achieved: 2, effective: 2, physical: 0 });
    expect(rows[0]?.achieved).toBeGreaterThanOrEqual(180);
    run.session.executor.dispose();
  });

  it("say which layers went", async () => {
    const run = await openRun(options({ network: residualNetwork() }));
    await run.prune(1, { structure: "layers", ...l1, drop: 0.5, collapse: true });
    expect(amountRows(run.session)).toMatchObject([{ total: 2, achieved: 1, effective: 1, physical: 0 }]);
    await run.slim(2);
    expect(amountRows(run.session)).toMatchObject([{ total: 2, achieved: 1, effective: 1, physical: 1 }]);
    run.session.executor.dispose();
  });
});
