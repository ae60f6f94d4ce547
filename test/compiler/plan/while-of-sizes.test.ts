import { describe, expect, it } from "vitest";
import { compileProgram } from "../../../api/compile-program.js";
import { smallNetwork } from "../../runtime/run/fixtures.js";
import { runProgram } from "../../runtime/run/program.js";

const network = smallNetwork();

/** The sizes that check calls exact at the end, and those of the run. */
async function sizesOf(
  program: string,
): Promise<{ planned: unknown; ran: unknown; told: readonly string[] }> {
  const { result } = await compileProgram(program, { network });
  const last = result.plan?.events.at(-1);
  const { result: finished, run } = await runProgram(program, network);
  const { params, macs } = finished.report.after;
  const told = run.session.record.events.filter(({ kind }) => kind === "while").map(({ text }) => text);
  return { planned: [last?.params, last?.macs], ran: [params, macs], told };
}

describe("a `while` of sizes alone", () => {
  it.each([
    ["repeat up to 10 times while macs >= 50% { prune filters by l1 local 20% }\nslim"],
    ["repeat up to 3 times while macs >= 1% { prune filters by l1 local 20% }\nslim"],
    ["repeat up to 10 times while params >= 200% { prune filters by l1 local 20% }\nslim"],
    [
      "repeat up to 10 times while params >= 60% { prune filters by l1 local 20%; slim }\nprune filters in c1 by l1 local 20%\nslim",
    ],
    [
      "repeat up to 9 times while nonzero params >= 70% and bytes >= 1 { prune weights by magnitude local 10% }",
    ],
  ])("is foreseen to the pass that breaks it, which is undone: %s", async (program) => {
    const { planned, ran } = await sizesOf(program);
    expect(planned).toEqual(ran);
  });

  it("is none the surer where scores decide, or accuracy has a say", async () => {
    for (const condition of ["macs >= 50%", "macs >= 50% and accuracy >= 10%"]) {
      const by = condition.includes("accuracy") ? "local" : "global";
      const program = `train 1 epoch\nrepeat up to 9 times while ${condition} { prune filters by l1 ${by} 20% }\nslim`;
      const { result } = await compileProgram(program, { network });
      expect(result.plan?.events.at(-1)?.macs).toMatchObject({ about: expect.any(Number) as number });
    }
  });
});
