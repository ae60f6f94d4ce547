import { mkdtempSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, it } from "vitest";
import { sensitivity } from "../../index.js";
import { abs, openRun, sum } from "../../runtime/index.js";
import { sensitivityReport } from "../../cli/commands/sensitivity.js";
import { quarters, residual } from "./project.js";

const folder = mkdtempSync(join(tmpdir(), "espalier-sensitivity-"));
const network = join(folder, "net.json");
const data = join(folder, "data.npz");
writeFileSync(network, JSON.stringify(residual));
writeFileSync(data, quarters(64, 64));

it("measures each group by itself as a program does", async () => {
  const found = await sensitivity({
    network,
    data,
    structure: "filters",
    shares: [0.25, 0.5],
    backend: "cpu",
  });
  expect(found.groups.map(({ layers }) => layers)).toContainEqual(["c1", "c2"]);
  for (const { layers, points } of found.groups) {
    for (const { share, accuracy, loss } of points) {
      const run = await openRun({ network, data, backend: "cpu" });
      await run.prune(1, { structure: "filters", in: layers, by: sum(abs("w")), drop: share });
      const { metrics } = await run.finish();
      expect([accuracy, loss]).toEqual([metrics.accuracy, metrics.loss]);
    }
  }
  for (const columns of [60, 80, 140]) {
    const lines = sensitivityReport(found, columns).split("\n").slice(1);
    for (const line of lines) expect(line.length).toBeLessThanOrEqual(columns);
  }
});

it("refuses what is no criterion, before anything is measured", async () => {
  await expect(sensitivity({ network, data, by: "hrank" })).rejects.toThrow("hrank");
  await expect(sensitivity({ network, data, shares: [2] })).rejects.toThrow("between 0 and 1");
});
