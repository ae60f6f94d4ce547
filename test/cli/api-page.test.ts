import { readFileSync } from "node:fs";
import { expect, it } from "vitest";
import { apiPage } from "../../scripts/document-api.mjs";

it("docs/api.md is what the types say: `npm run generate`", () => {
  const page = apiPage();
  expect(readFileSync(new URL("../../docs/api.md", import.meta.url), "utf8")).toBe(page);
  for (const told of ["### `run`", "`checkpointEvery?: ", "`onProgress?: ", "`signal?: ", "Default 32"])
    expect(page).toContain(told);
});
