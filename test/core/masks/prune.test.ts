import { expect, test } from "vitest";
import { prune } from "./setting.js";
import { cifarResNet, lenet300100 } from "../../helpers/networks.js";
import { momentOf, pruneOf, settingOf } from "./setting.js";

test("half of the filters of every group of a residual network go", async () => {
  const setting = settingOf(cifarResNet());
  const record = await prune(setting, pruneOf({}), momentOf());
  expect(record.total).toBe(448);
  expect(record.dead).toBe(224);
  expect(record.nominal).toBe(224);
});

test("nine of ten weights go in one ranking", async () => {
  const setting = settingOf(lenet300100());
  const record = await prune(
    setting,
    pruneOf({
      structure: "weights",
      scope: "global",
      to: 0.9,
    }),
    momentOf(),
  );
  expect(record.total).toBe(266200);
  expect(record.dead).toBe(239580);
  let zeros = 0;
  for (const { key, data } of setting.parameters.values()) {
    if (key.endsWith("kernel")) for (const w of data) if (w === 0) zeros++;
  }
  expect(zeros).toBe(239580);
});
