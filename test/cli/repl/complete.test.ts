import { mkdtempSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, it } from "vitest";
import type { PruningSession } from "../../../api/session/types.js";
import { completions } from "../../../cli/repl/complete.js";
import { commandIn } from "../../../cli/repl/commands.js";
import { readNetwork } from "../../../core/network/read.js";
import { residual } from "../../e2e/project.js";

const { network } = readNetwork(residual);
const history = [
  { text: 'criterion mine = sum(abs(w))\nmethod cut(share, rest = 3) { slim }\nuse rigl from "std"' },
];
const session = { network, history } as unknown as PruningSession;
const at = (line: string, pending = "") => completions(line, { pending, session });

it.each([
  ["", ["prune", "undo", "show", "cut", "rigl"], ["filters", "in"]],
  ["pru", ["prune"], ["train"]],
  ["prune f", ["filters"], ["from"]],
  ["prune filters in ", ["c1", "c2", "c3", "head", "layers"], ["join", "by"]],
  ["prune filters by ", ["l1", "taylor", "mine"], ["c1", "group-lasso"]],
  ["prune filters by mi", ["mine"], []],
  ["prune filters by l1 30% ", ["global", "in", "every"], ["train", "show"]],
  ["penalize filters by ", ["l1", "group-lasso"], ["mine"]],
  ["train 3 ", ["epochs", "steps"], []],
  ["train 3 epochs { ", ["prune", "penalize"], ["undo"]],
  ["train 1 epoch with ", ["adam", "sgd"], []],
  ["train 1 epoch with sgd(mom", ["momentum:"], ["rate:"]],
  ["train 1 epoch minimizing ", ["cross-entropy", "huber"], []],
  ["train 1 epoch augment ", ["flip"], []],
  ["train 1 epoch keeping best by ", ["accuracy", "top5-accuracy", "loss"], []],
  ["cut(", ["share:", "rest:"], []],
  ["rigl(spa", ["sparsity:"], []],
  ["rewind ", ["weights", "masks"], []],
  ["show ", ["layers", "joins", "masks", "history", "cost"], ["prune"]],
  ["what ", ["if"], []],
  ["what if pr", ["prune"], []],
  ["what if prune filters in c", ["c1", "c2", "c3"], []],
  ["sensitivity ", ["filters", "by"], ["in"]],
  ["sensitivity filters by ta", ["taylor"], []],
  ["help und", ["undo"], []],
])("completes `%s`", (line, there, notThere) => {
  const [found] = at(line);
  for (const one of there) expect(found).toContain(one);
  for (const one of notThere) expect(found).not.toContain(one);
});

it("goes on from the lines before, and knows files", () => {
  expect(at("pen", "train 3 epochs {")[0]).toEqual(["penalize", "penalty"]);
  const folder = mkdtempSync(join(tmpdir(), "espalier-paths-"));
  for (const name of ["a.prune", "a.json"]) writeFileSync(join(folder, name), "");
  expect(at(`load ${folder}/`)).toEqual([[`${folder}/a.prune`], `${folder}/`]);
  expect(at(`save program "${folder}/a`)).toEqual([[`${folder}/a.prune`], `${folder}/a`]);
  expect(at(`load ${folder}/nowhere/`)[0]).toEqual([]);
  expect(at('load masks "')[0]).toEqual([]);
});

it("bears anything that may stand in a line", () => {
  for (const line of ["((((", "}}}", '"', "prune )", "\u0007", "show x y", "by by by "])
    expect(() => at(line)).not.toThrow();
});

it("tells commands from statements", () => {
  expect(commandIn(" undo 3 ")).toEqual({ name: "undo", rest: "3" });
  expect(commandIn("what if prune filters {\nx")).toEqual({ name: "what if", rest: "prune filters {\nx" });
  expect(commandIn("load a b.prune")).toEqual({ name: "load", rest: "a b.prune" });
  for (const line of [
    'load masks "x"',
    'load weights "y"',
    'save "here"',
    "undoing",
    "helper(1)",
    "train 1 epoch",
  ])
    expect(commandIn(line)).toBeNull();
});
