import { DiagnosticError } from "../../core/diagnostics/diagnostic.js";
import { EndedEarly, trainApart } from "../apart/train.js";
import type { CompareOptions, Variant } from "./types.js";

const steps = 40;
/** The first updates compile kernels. */
const warm = 10;

/** Updates a second of the network as loaded, in a process of its own; null where it cannot be trained so, which its run will say. */
export async function measureRate(
  variant: Variant | null,
  { epochs: _, masks, backend, threads, batch, signal }: CompareOptions,
): Promise<number | null> {
  if (variant === null) return null;
  const { network, data } = variant.bound;
  const on = { ...(backend !== undefined && { backend }), ...(threads !== undefined && { threads }) };
  const given = { network, data: data ?? undefined, batch, masks };
  const seconds: number[] = [];
  try {
    await trainApart(
      { source: `train ${steps} steps\n`, options: { ...on, ...given, latency: false } },
      (event) => {
        if (event.kind === "step") seconds.push(event.seconds);
      },
      signal,
    );
  } catch (cause) {
    if (cause instanceof DiagnosticError || cause instanceof EndedEarly) return null;
    throw cause;
  }
  const [from, to] = [seconds[warm], seconds.at(-1)];
  return from === undefined || to === undefined || to <= from
    ? null
    : (seconds.length - 1 - warm) / (to - from);
}
