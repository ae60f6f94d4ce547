import { expect, it } from "vitest";
import { vectors } from "./vectors.js";

it.each(vectors)("$method gives $vector: $about", async ({ check, about }) => {
  expect(about).toMatch(/^\S.*[^.]$/);
  await check();
});
