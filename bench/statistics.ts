import { openBackend, type layers as tfl } from "../runtime/backend/index.js";
import { move, openRun, sgd } from "../runtime/index.js";
import { killUnits } from "../core/masks/kill.js";
import type { ExprIr } from "../core/ir/types.js";
import { groupsOf } from "../core/units/groups.js";
import { spaceOf } from "../core/units/spaces.js";
import { momentOf, pruningContext } from "../runtime/run/host/engine.js";
import type { OpenRun } from "../runtime/run/host/run.js";
import { scoreUnits } from "../runtime/scores/scores.js";
import { inverted, plain, residual } from "./models.js";
import { median, writeResult } from "./result.js";

/**
 * Which statistics gradient scores of a trained network shall be taken by: the rank correlation (Spearman) of scores of filters with the
 * true change of the loss when the filter is removed, with batch norms normalising by their stored statistics and by those of the batch.
 * Networks of several kinds are trained on MNIST first; scores and losses are of the same calibration batches of training examples.
 */

const networks: Readonly<Record<string, () => tfl.LayersModel>> = {
  "convolutions, ε = 1e-3": () => plain(1e-3),
  "convolutions, ε = 1e-5": () => plain(1e-5),
  residual,
  "inverted residuals": inverted,
};
const scores: Readonly<Record<string, ExprIr>> = {
  taylor: ["abs", ["sum", ["*", "w", "g"]]],
  snip: ["sum", ["abs", ["*", "w", "g"]]],
};
const BATCHES = 8;

async function trained(network: tfl.LayersModel): Promise<OpenRun> {
  const run = await openRun({ network, data: "mnist", batch: 64, seed: 1 });
  const phase = await run.train(1, {
    steps: 600,
    optimizer: sgd({ rate: move(0.05, 0, "cosine"), momentum: 0.9 }),
  });
  for await (const epoch of phase.epochs())
    for await (const batch of phase.batches(epoch)) await phase.step(batch);
  await phase.end();
  return run;
}

/** Change of the loss when each of the units is removed, in magnitude. */
async function trueChanges({ session }: OpenRun): Promise<readonly number[]> {
  const context = pruningContext(session);
  const moment = momentOf(session, 2);
  const space = spaceOf(context, "units", {});
  const loss = async (): Promise<number> => {
    let sum = 0;
    let rows = 0;
    for await (const batch of context.batches?.(BATCHES, moment) ?? []) {
      sum += session.executor.evaluate(batch).loss;
      rows += batch.size;
    }
    return sum / rows;
  };
  const before = await loss();
  const values = [...session.parameters.values()].map(({ data }) => data.slice());
  const codes = session.state.channels.slice();
  const changes: number[] = [];
  for (let unit = 0; unit < space.units; unit++) {
    const alone = Uint8Array.from({ length: space.units }, (_, i) => Number(i === unit));
    killUnits(context, space, alone, 1);
    session.executor.upload();
    changes.push(Math.abs((await loss()) - before));
    [...session.parameters.values()].forEach(({ data }, i) => data.set(values[i] ?? []));
    session.state.channels.set(codes);
  }
  session.executor.upload();
  return changes;
}

async function scoresOf(
  { session }: OpenRun,
  expr: ExprIr,
  statistics?: "batch",
): Promise<readonly number[]> {
  const context = pruningContext(session);
  const space = spaceOf(context, "units", {});
  const criterion = {
    name: "score",
    expr,
    over: BATCHES,
    ...(statistics && { statistics }),
  } as const;
  const { units } = await scoreUnits(context, { id: 2, criterion, space, moment: momentOf(session, 2) });
  return [...units];
}

/** Ranks from 0, ties sharing their mean. */
function ranks(values: readonly number[]): readonly number[] {
  const order = values.map((_, i) => i).sort((a, b) => (values[a] ?? 0) - (values[b] ?? 0));
  const result = values.map(() => 0);
  for (let from = 0; from < order.length;) {
    let to = from;
    while (to < order.length && values[order[to] ?? 0] === values[order[from] ?? 0]) to++;
    for (let i = from; i < to; i++) result[order[i] ?? 0] = (from + to - 1) / 2;
    from = to;
  }
  return result;
}

function spearman(a: readonly number[], b: readonly number[]): number {
  const [x, y] = [ranks(a), ranks(b)];
  const middle = (x.length - 1) / 2;
  let [xy, xx, yy] = [0, 0, 0];
  x.forEach((one, i) => {
    const [p, q] = [one - middle, (y[i] ?? 0) - middle];
    xy += p * q;
    xx += p * p;
    yy += q * q;
  });
  return xy / Math.sqrt(xx * yy);
}

interface Correlation {
  readonly overall: number;
  readonly withinLayers: number;
}

/** The mean over the layers (the groups of units with the same producers) of what is said of each alone, by their sizes. */
function withinLayers(
  of: (members: readonly number[]) => number,
  groups: readonly (readonly number[])[],
): number {
  const sized = groups.filter(({ length }) => length > 2);
  const total = sized.reduce((sum, { length }) => sum + length, 0);
  return sized.reduce((sum, members) => sum + of(members) * members.length, 0) / total;
}

/** The units of each layer, by position. */
function layersOf({ session }: OpenRun): readonly (readonly number[])[] {
  const space = spaceOf(pruningContext(session), "units", {});
  return groupsOf(space, "local").map(({ members }) =>
    members instanceof Int32Array
      ? [...members]
      : Array.from({ length: members.to - members.from }, (_, i) => members.from + i),
  );
}

await openBackend({});
const measured: {
  network: string;
  score: string;
  units: number;
  stored: Correlation;
  batch: Correlation;
}[] = [];
for (const [name, make] of Object.entries(networks)) {
  const run = await trained(make());
  const changes = await trueChanges(run);
  for (const [score, expr] of Object.entries(scores)) {
    const correlations = async (statistics?: "batch") => {
      const found = await scoresOf(run, expr, statistics);
      const within = withinLayers((members) => {
        const at = (values: readonly number[]) => members.map((i) => values[i] ?? 0);
        return spearman(at(changes), at(found));
      }, layersOf(run));
      return { overall: spearman(changes, found), withinLayers: within };
    };
    const [stored, batch] = [await correlations(), await correlations("batch")];
    measured.push({ network: name, score, units: changes.length, stored, batch });
  }
}
writeResult("statistics", {
  what: "rank correlation of scores of filters with the true change of the loss, by the statistics that batch norms normalise by",
  batches: BATCHES,
  measured,
  medians: Object.keys(scores).map((score) => {
    const own = measured.filter((one) => one.score === score);
    return {
      score,
      stored: median(own.map(({ stored }) => stored.withinLayers)),
      batch: median(own.map(({ batch }) => batch.withinLayers)),
    };
  }),
});
process.exit(0);
