import { leftOfLayers } from "../../core/masks/measure.js";
import type { Moment } from "../../runtime/run/host/moment.js";
import type { Session } from "../../runtime/run/host/session.js";
import { conditionSplit, evaluateOn } from "../../runtime/run/report/measures.js";
import { measuresNow } from "../../runtime/run/report/sizes.js";
import type { LayerDifference, Standing } from "./types.js";

/** Measures a run as it stands. The run does not know of it: what its conditions compare with stays. */
export async function standingOf(session: Session): Promise<Standing> {
  const sizes = measuresNow(session);
  const now = {
    step: session.clock.step,
    params: sizes.params,
    macs: sizes.macs,
    nonzeroParams: sizes["nonzero params"],
    nonzeroMacs: sizes["nonzero macs"],
  };
  if (session.data === null) return { ...now, on: null, accuracy: null, loss: null };
  const { baselines, evaluated } = session;
  session.baselines = structuredClone(baselines);
  try {
    const on = conditionSplit(session);
    const { accuracy, loss } = await evaluateOn(session, on);
    return { ...now, on, accuracy, loss };
  } finally {
    session.baselines = baselines;
    session.evaluated = evaluated;
  }
}

/** The layers of a run at two moments, those that have kernels; a layer that is gone has none of anything. */
export function layerDifferences({ loaded }: Session, then: Moment, now: Moment): readonly LayerDifference[] {
  const [before, after] = [then, now].map((moment) => {
    const left = leftOfLayers(moment.network, moment.snapshot.state);
    return new Map(moment.network.layers.map(({ path }, index) => [path, left[index]]));
  });
  return loaded.layers.flatMap((layer): LayerDifference[] => {
    if (layer.ordinal === 0) return [];
    const [was, is] = [before?.get(layer.path), after?.get(layer.path)];
    const both = (of: "channels" | "params" | "macs" | "living") => [was?.[of] ?? 0, is?.[of] ?? 0] as const;
    const keys = layer.weights.map(({ key }) => key);
    return [
      {
        layer: layer.path,
        channels: both("channels"),
        params: both("params"),
        macs: both("macs"),
        living: both("living"),
        moved: movedBy(then, now, keys),
      },
    ];
  });
}

function movedBy(then: Moment, now: Moment, keys: readonly string[]): number | null {
  let [sum, count] = [0, 0];
  for (const key of keys) {
    const [a, b] = [then.parameters.get(key)?.data, now.parameters.get(key)?.data];
    if (a === undefined || b === undefined || a.length !== b.length) return null;
    for (let i = 0; i < a.length; i++) sum += ((a[i] ?? 0) - (b[i] ?? 0)) ** 2;
    count += a.length;
  }
  return count === 0 ? null : Math.sqrt(sum / count);
}
