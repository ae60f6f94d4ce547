import { thinned, timedCalls, type TimedCall } from "../../core/latency/calls.js";
import type { LatencyTable } from "../../core/latency/table.js";
import type { Network } from "../../core/network/types.js";
import { slim } from "../../core/surgery/slim.js";
import type { ParameterStore } from "../../core/parameters.js";
import type { Backend } from "../backend/types.js";
import { tf } from "../backend/tf.js";
import { createExecutor } from "../executor/index.js";
import { inputTensors } from "../executor/inputs.js";
import { halves } from "../executor/latency.js";
import { execute, makePlan } from "../executor/plan.js";
import { makeVariables } from "../executor/variables.js";
import { version } from "../version.js";
import { aloneNetwork, anyWeights, weightsIn } from "./alone.js";
import { sample, type Job, type SamplingOptions } from "./sample.js";

export interface MeasureOptions extends SamplingOptions {
  readonly machine: LatencyTable["machine"];
  /** Examples of a prediction. Default 1. */
  readonly batch?: number;
  /** Weights of layers of the user's, which declare none. */
  readonly own?: ParameterStore;
}

/**
 * Times the layers of a network, each alone and over counts of channels up to those it has, and the network whole, all in turns: some
 * seconds, on a backend that is done when its calls return. Layers that cannot stand alone have no row.
 */
export function measureLatencyTable(
  backend: Backend,
  network: Network,
  { machine, batch = 1, own, ...sampling }: MeasureOptions,
): LatencyTable {
  const calls = [...new Map(timedCalls(network).map((call) => [call.key, call])).values()];
  const rows = calls.flatMap((call) => {
    const jobs = call.in.flatMap((read) => call.out.map((made) => jobOf(backend, call, read, made, batch)));
    const able = jobs.flatMap((job) => job ?? []);
    return able.length === jobs.length ? [{ call, jobs: able }] : [];
  });
  const wholes = [1, ...thinner].flatMap((kept) => {
    const one = thinNetwork(network, kept);
    return one === null ? [] : [{ kept, job: wholeJob(backend, one, batch, own) }];
  });
  const times = sample([...wholes.map(({ job }) => job), ...rows.flatMap(({ jobs }) => jobs)], sampling);
  let at = wholes.length;
  return {
    latency: 1,
    espalier: version,
    backend: backend.name,
    on: backend.description,
    machine,
    batch,
    wholes: wholes.map(({ kept }, i) => ({ kept, ms: rounded(times[i] ?? NaN) })),
    rows: rows.map(({ call: { key, layer, in: read, out: made }, jobs }) => ({
      key,
      layer: layer.path,
      in: read,
      out: made,
      ms: times.slice(at, (at += jobs.length)).map(rounded),
    })),
  };
}

/** Shares of its units with which the network is timed whole, beside all of them. */
const thinner = [1 / 2, 1 / 4] as const;

/** The network with a share of its units, where something may go; null where nothing may. */
function thinNetwork(network: Network, kept: number): Network | null {
  if (kept === 1) return network;
  const gone = thinned(network, kept);
  if (!gone.includes(1)) return null;
  return slim(network, (channel) => gone[channel] === 1).slimming?.network ?? null;
}

/** Nanoseconds: what lies below says nothing. */
const rounded = (ms: number): number => Math.max(1e-6, Number(ms.toFixed(6)));

function wholeJob(backend: Backend, network: Network, batch: number, own: ParameterStore | undefined): Job {
  return {
    size: weightsIn(network),
    open() {
      const executor = createExecutor(network, anyWeights(network, own), backend, { seed: 1 });
      executor.upload();
      const inputs = halves(network, batch);
      return { run: () => void executor.predict(inputs), close: () => executor.dispose() };
    },
  };
}

/** A call alone at these counts; null where its layer cannot stand alone. */
function jobOf(backend: Backend, call: TimedCall, read: number, made: number, batch: number): Job | null {
  const network = aloneNetwork(call, read, made);
  if (network === null) return null;
  return {
    size: weightsIn(network),
    open() {
      const variables = makeVariables(anyWeights(network), backend);
      const plan = makePlan(network, backend, variables);
      const inputs = tf.tidy(() => inputTensors(network, halves(network, batch)).map((x) => tf.keep(x)));
      return {
        run: () =>
          tf.tidy(() => {
            // What is read last is given free: the network must not have the tensors themselves.
            execute(
              network,
              plan,
              inputs.map((x) => tf.clone(x)),
              {
                pass: { mode: "inference", seed: 1, step: 0, updates: [] },
                taped: false,
                logits: new Set(),
              },
            );
          }),
        close() {
          variables.dispose();
          tf.dispose(inputs);
        },
      };
    },
  };
}
