import { win32, posix } from "node:path";
import fc from "fast-check";
import { expect, test } from "vitest";
import { whyNotSavedAt } from "../../../core/ir/save-place.js";

test.each(["early", "a/b", "./x", "a/../b", "über", "..a", "models/weights"])("%s", (path) =>
  expect(whyNotSavedAt(path)).toBeNull(),
);

test.each([
  ["", /names no folder/],
  ["/etc/x", /leaves/],
  ["\\\\server\\x", /leaves/],
  ["C:x", /leaves/],
  ["../x", /leaves/],
  ["a/../../x", /leaves/],
  ["a\\..\\..\\x", /no name/],
  [".", /itself/],
  ["a/..", /itself/],
  ["checkpoint", /checkpoints/],
  ["x/../Checkpoint/1", /checkpoints/],
  ["model.json", /model\.json/],
  ["a/Report.html", /Report\.html/],
  ["weights-0123456789ab.bin", /weights/],
  ["a\0b", /no name/],
])("%s is refused", (path, why) => expect(whyNotSavedAt(path)).toMatch(why));

test("whatever is let through stays inside, on either kind of system", () => {
  const part = fc.constantFrom("..", ".", "", "a", "C:", "checkpoint", "/", "\\", "model.json", "b c");
  const path = fc
    .array(part, { maxLength: 6 })
    .chain((parts) =>
      fc
        .array(fc.constantFrom("/", "\\"), { minLength: parts.length, maxLength: parts.length })
        .map((slashes) => parts.map((each, i) => each + (slashes[i] ?? "")).join("")),
    );
  fc.assert(
    fc.property(path, (text) => {
      if (whyNotSavedAt(text) !== null) return;
      for (const [{ isAbsolute, relative, join, sep }, root] of [
        [posix, "/out"],
        [win32, "D:\\out"],
      ] as const) {
        const inside = relative(root, join(root, text));
        expect(isAbsolute(inside)).toBe(false);
        expect(["..", "", "checkpoint"]).not.toContain(inside.split(sep)[0]);
      }
    }),
    { numRuns: 2000 },
  );
});
