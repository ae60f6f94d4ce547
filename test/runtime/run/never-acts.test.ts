import { expect, it } from "vitest";
import { compileProgram } from "../../../api/compile-program.js";
import { smallNetwork } from "./fixtures.js";
import { runProgram } from "./program.js";

const network = smallNetwork();
const notesOf = async (program: string): Promise<readonly string[]> => {
  const { run } = await runProgram(program, network);
  return run.session.record.notes.filter((note) => note.includes("never acts"));
};

it("a rule that only the run finds never to act is told at its end", async () => {
  const rule = "prune filters in c2 by l1 20% at epoch 4";
  expect(await notesOf(`train 6 epochs until loss >= 0 { ${rule} }`)).toEqual([
    `\`${rule}\` never acts (P3051)`,
  ]);
  expect(await notesOf(`train 4 epochs { ${rule} }`)).toEqual([]);
});

it("so is a rule that holds all along a window which never opened", async () => {
  const rule = "penalize filters in c2 by l1 strength 1e-4 from epoch 4";
  expect(await notesOf(`train 6 epochs until loss >= 0 { ${rule} }`)).toEqual([
    `\`${rule}\` never acts (P3051)`,
  ]);
  expect(await notesOf(`train 4 epochs { ${rule} }`)).toEqual([]);
  expect(await notesOf(`${rule}\ntrain 1 epoch\ntrain 4 epochs`)).toEqual([]);
});

it("a rule that acts in one of its phases acts", async () => {
  for (const [first, second] of [
    ["1 epoch", "2 epochs"],
    ["2 epochs", "1 epoch"],
  ]) {
    const program = `prune filters in c2 by l1 10% every 2 epochs\ntrain ${first}\ntrain ${second}`;
    expect(await notesOf(program)).toEqual([]);
  }
});

it("what check foresees has the very words of what the run finds", async () => {
  const rule = "prune filters in c2 by l1 20% at epoch 9";
  const program = `train 2 epochs { ${rule} }`;
  const { diagnostics } = await compileProgram(program, { network });
  const foreseen = diagnostics
    .filter(({ code }) => code === "P3051")
    .map(({ message }) => `${message} (P3051)`);
  expect(foreseen).toHaveLength(1);
  expect(await notesOf(program)).toEqual(foreseen);
});
