import { describe, expect, it } from "vitest";
import { clock, epochLine, progress, stepLine } from "../../cli/progress.js";
import type { ProgressEvent } from "../../runtime/run/report/log.js";
import { fakeTerminal } from "./fake-terminal.js";

const step = (done: number, seconds: number): Extract<ProgressEvent, { kind: "step" }> => ({
  kind: "step",
  id: 1,
  step: done,
  steps: 1000,
  epoch: 1,
  epochs: 2,
  loss: 0.5,
  accuracy: 0.75,
  rate: 0.1,
  seconds,
});

describe("progress", () => {
  it("tells rate and time left, and never more than a line is wide", () => {
    expect(stepLine(step(250, 5), 50, 120)).toContain(
      "epoch 1/2  step 250/1000  loss 0.5000  accuracy 75.0 %  50 steps/s  0:15 left",
    );
    for (const width of [20, 40, 79, 200])
      expect(stepLine(step(250, 5), 50, width).length).toBeLessThanOrEqual(width);
  });

  it("writes plain lines without a terminal", () => {
    const { terminal, said } = fakeTerminal();
    const shown = progress(terminal);
    for (let i = 1; i <= 400; i++) shown.on(step(i, i * 0.1));
    shown.on({ kind: "event", event: "prune", id: 2, step: 400, epoch: 1, text: "dropped 8 of 64 filters" });
    shown.on({ kind: "done", out: "out" });
    expect(said.err).not.toContain("\u001b");
    expect(said.err.split("\n").filter((line) => line.includes("steps/s"))).toHaveLength(2);
    expect(said.err).toContain("  prune dropped 8 of 64 filters\n");
  });

  it("redraws one line in place when somebody watches", () => {
    const { terminal, said } = fakeTerminal({ live: true, columns: 60 });
    const shown = progress(terminal);
    for (let i = 1; i <= 100; i++) shown.on(step(i, i * 0.01));
    shown.end();
    const draws = said.err.split("\r\u001b[2K").slice(1);
    expect(draws.length).toBeLessThan(15);
    expect(draws.every((text) => text.length < 60)).toBe(true);
    expect(said.err).not.toContain("\n");
    expect(said.err.endsWith("\r\u001b[2K")).toBe(true);
  });

  it("leaves out the least important where the terminal is narrow", () => {
    const facts = {
      epoch: 7,
      epochs: 90,
      loss: 0.00012345,
      accuracy: 1,
      testLoss: 0.2,
      testAccuracy: 0.98765,
    };
    const epoch = { kind: "epoch", id: 1, seconds: 3725, ...facts } as const;
    expect(epochLine(epoch, 140)).toBe(
      "  epoch 7/90  loss 0.0001234  accuracy 100.0 %  test accuracy 98.77 %  at 1:02:05",
    );
    expect(epochLine(epoch, 60)).toBe("  epoch 7/90  loss 0.0001234  test accuracy 98.77 %");
    expect(epochLine(epoch, 40)).toBe("  epoch 7/90  test accuracy 98.77 %");
    expect(stepLine(step(250, 5), 50, 139)).toMatch(/^━{6}╌{18} {2}epoch/);
    expect(stepLine(step(250, 5), 50, 79)).not.toContain("━");
    expect(stepLine(step(250, 5), 50, 39)).toBe("epoch 1/2  step 250/1000  0:15 left");
  });

  it("writes times as clocks", () => {
    expect([0, 59.6, 61, 3725].map(clock)).toEqual(["0:00", "1:00", "1:01", "1:02:05"]);
  });
});
