import { existsSync, readFileSync, writeFileSync } from "node:fs";
import { basename, join } from "node:path";
import { beforeAll, describe, expect, it } from "vitest";
import { builtPackage } from "../package.js";
import { expectWellEnded } from "./well-ended.js";
import { handInsIn } from "./hand-in.js";
import { checking, handIn, type Outcome } from "./handed-in.js";

const root = join(import.meta.dirname, "../../cases/mistakes");

/** What a network says: whatever a run has to say of it, `check` says. Only a run reads the values of weights for sure. */
const OF_A_NETWORK = /^P5(?:0\d\d|10\d|11[0-24-58]|15[01])$/;

/**
 * Hands in every case of some directories, once for people and once with `--json`, and compares with what is expected.
 * `UPDATE=1` writes the expectations anew: read the difference before committing it.
 */
export function runHandIns(families: readonly string[]): void {
  let built = "";
  beforeAll(async () => void (built = await builtPackage()), 120_000);
  describe.each(families)("%s", (family) => {
    it.each(handInsIn(join(root, family)))("$name", async ({ path, handIn: given }) => {
      const outcome = await handIn(built, given, true);
      const actual = rendered(outcome);
      const expected = `${path}.expected`;
      if (process.env["UPDATE"] === "1") writeFileSync(expected, actual);
      expect(existsSync(expected), `no ${basename(expected)}: run once with UPDATE=1`).toBe(true);
      expect(actual).toBe(readFileSync(expected, "utf8"));
      expectWellEnded(outcome);
      if (given.node !== undefined || given.without !== undefined || given.apart === true) return;
      const spoken = await handIn(built, given, false);
      expectWellEnded(spoken);
      expect(spoken.ended.code).toBe(outcome.ended.code);
      expect(spoken.left).toEqual(outcome.left);
      for (const { code, message } of outcome.diagnostics)
        if (code !== "P9504") expect(spoken.ended.err).toContain(`[${code}]: ${message}`);
      const refused = outcome.diagnostics
        .filter(({ code }) => OF_A_NETWORK.test(code))
        .map(({ code }) => code);
      if (family === "run" || given.args !== undefined || given.first !== undefined || refused.length === 0)
        return;
      const checked = await handIn(built, { ...given, args: checking(given) }, true);
      expect(checked.diagnostics.map(({ code }) => code)).toEqual(expect.arrayContaining(refused));
    });
  });
}

/** The exit code, then each diagnostic with why and what to do, then the notes of a report and the files left behind. */
function rendered({ ended, diagnostics, notes, left }: Outcome): string {
  const lines = [`exit ${ended.code ?? "never"}`];
  for (const { code, place, message, label, notes: reasons = [], help } of diagnostics) {
    lines.push(`${code} ${place} ${message}`);
    if (label !== undefined) lines.push(`  label: ${label}`);
    lines.push(...reasons.map((reason) => `  note: ${reason}`));
    if (help !== undefined) lines.push(`  help: ${help}`);
  }
  lines.push(...notes.map((note) => `report notes ${note}`), ...left.map((name) => `left ${name}`));
  return `${lines.join("\n")}\n`;
}
