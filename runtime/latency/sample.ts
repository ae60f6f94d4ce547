/** Something to be timed: opened for a while, run again and again, closed. */
export interface Job {
  /** What it holds in memory while it is open, in numbers. */
  readonly size: number;
  open(): { run(): void; close(): void };
}

export interface SamplingOptions {
  /** Milliseconds; only differences count. Default: the clock of this process. */
  readonly now?: () => number;
  /** Milliseconds that one sample lasts at least: short work is repeated. Default 0.3. */
  readonly shortest?: number;
  /** Seconds after which no further sweep over the jobs starts. Default 10. */
  readonly seconds?: number;
}

/** Over all jobs; in each as many rounds. What else the machine does falls on all of them. */
const SWEEPS = 3;
const ROUNDS = 5;
/** Repetitions of one sample. */
const MOST = 64;
/** Jobs are open together up to this size. */
const TOGETHER = 2 ** 24;

/** Median milliseconds of every job, timed in turns. */
export function sample(jobs: readonly Job[], options: SamplingOptions = {}): readonly number[] {
  const { now = () => performance.now(), shortest = 0.3, seconds = 10 } = options;
  const times: number[][] = jobs.map(() => []);
  const until = now() + 1000 * seconds;
  for (let sweep = 0; sweep < SWEEPS && (sweep === 0 || now() < until); sweep++)
    for (const group of grouped(jobs)) {
      const open = group.map((index) => ({ index, ...(jobs[index] as Job).open() }));
      try {
        const timed = (run: () => void, often: number): number => {
          const start = now();
          for (let i = 0; i < often; i++) run();
          return (now() - start) / often;
        };
        const often = open.map(({ run }) => {
          run();
          const once = timed(run, 1);
          return Math.max(1, Math.min(MOST, Math.ceil(shortest / Math.max(once, 1e-3))));
        });
        for (let round = 0; round < ROUNDS; round++)
          open.forEach(({ index, run }, i) => times[index]?.push(timed(run, often[i] ?? 1)));
      } finally {
        for (const { close } of open) close();
      }
    }
  return times.map(median);
}

/** Numbers of jobs that may be open together, one after another. */
function grouped(jobs: readonly Job[]): readonly (readonly number[])[] {
  const groups: number[][] = [];
  let size = Infinity;
  jobs.forEach((job, index) => {
    if (size + job.size > TOGETHER) {
      groups.push([]);
      size = 0;
    }
    groups.at(-1)?.push(index);
    size += job.size;
  });
  return groups;
}

function median(times: readonly number[]): number {
  const sorted = [...times].sort((a, b) => a - b);
  const middle = sorted.length >> 1;
  const upper = sorted[middle] ?? NaN;
  return sorted.length % 2 === 1 ? upper : (upper + (sorted[middle - 1] ?? upper)) / 2;
}
