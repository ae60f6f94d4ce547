import { expect, test } from "vitest";
import { sample, type Job } from "../../../runtime/latency/sample.js";

/** A clock that work alone moves. */
function world() {
  let now = 0;
  const open = new Set<number>();
  let most = 0;
  const opened: number[] = [];
  const job = (id: number, takes: (run: number) => number, size = 1): Job => {
    let runs = 0;
    return {
      size,
      open() {
        open.add(id);
        opened.push(id);
        most = Math.max(most, open.size);
        return { run: () => void (now += takes(runs++)), close: () => void open.delete(id) };
      },
    };
  };
  return { now: () => now, job, open, opened, most: () => most };
}

test("gives the median of what each job takes, whatever some runs take longer", () => {
  const { now, job, open } = world();
  const jobs = [
    job(0, () => 2),
    job(1, (run) => (run % 7 === 0 ? 100 : 5)),
    // So short that a sample is of several.
    job(2, () => 0.01),
  ];
  const [first, second, third] = sample(jobs, { now });
  expect(first).toBe(2);
  expect(second).toBe(5);
  expect(third).toBeCloseTo(0.01, 9);
  expect(open.size).toBe(0);
});

test("times in turns: what slows everything for a while does not fall on one job alone", () => {
  const { now, job } = world();
  let runs = 0;
  // From some moment on all takes twice as long.
  const slowing = () => (runs++ > 25 ? 2 : 1);
  const [one = 0, other = 0] = sample([job(0, slowing), job(1, slowing)], { now });
  expect(one / other).toBeCloseTo(1, 9);
});

test("large jobs are not open together, and no sweep starts when the time is up", () => {
  const large = world();
  sample([large.job(0, () => 1, 2 ** 24), large.job(1, () => 1, 2 ** 24)], large);
  expect(large.most()).toBe(1);
  expect(large.opened).toEqual([0, 1, 0, 1, 0, 1]);
  const slow = world();
  expect(sample([slow.job(0, () => 4000)], { now: slow.now, seconds: 10 })).toEqual([4000]);
  expect(slow.opened).toEqual([0]);
});

test("a job that fails leaves nothing open", () => {
  const { now, job, open } = world();
  const failing = job(1, () => {
    throw new Error("it fails");
  });
  expect(() => sample([job(0, () => 1), failing], { now })).toThrow("it fails");
  expect(open.size).toBe(0);
});
