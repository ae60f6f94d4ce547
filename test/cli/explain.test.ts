import { describe, expect, it } from "vitest";
import { explain } from "../../cli/commands/explain.js";
import { explainable } from "../../compiler/render/explain-name.js";
import { explain as pageOf, explained } from "../../core/diagnostics/explain.js";
import { fakeTerminal } from "./fake-terminal.js";

const printed = (what: string, columns: number): string => {
  const { terminal, said } = fakeTerminal({ columns });
  explain(what, {}, terminal);
  return said.out.trimEnd();
};
const words = (text: string): string[] => text.split(/\s+/).filter((word) => word !== "");
/** Lines of prose, and those of code. */
function parts(text: string): { prose: string[]; code: string[] } {
  const found = { prose: [] as string[], code: [] as string[] };
  let code = false;
  for (const line of text.split("\n")) {
    if (line.startsWith("```")) code = !code;
    else found[code ? "code" : "prose"].push(line);
  }
  return found;
}

describe("espalier explain", () => {
  it.each([40, 80, 140])("breaks pages between words at %i columns, and leaves code alone", (columns) => {
    for (const code of explained) {
      const text = printed(code, columns);
      expect(words(text)).toEqual(words(pageOf(code) ?? ""));
      const { prose, code: lines } = parts(text);
      expect(prose.filter((line) => line.length > columns && line.includes(" "))).toEqual([]);
      expect(lines).toEqual(parts(pageOf(code) ?? "").code);
    }
    // Lines that the file breaks earlier are joined.
    expect(
      Math.max(
        ...printed("P4011", columns)
          .split("\n")
          .map(({ length }) => length),
      ),
    ).toBeGreaterThan(columns - 12);
  });

  it.each([40, 80, 140])("tells all of a name at %i columns", (columns) => {
    const wide = (name: string): string[] => words(printed(name, 1000)).sort();
    for (const name of explainable()) {
      const text = printed(name, columns);
      expect(words(text).sort()).toEqual(wide(name));
    }
    const table = printed("han", columns).split("\n  use han")[0] ?? "";
    expect(table.split("\n").filter((line) => line.length > columns)).toEqual([]);
  });
});
