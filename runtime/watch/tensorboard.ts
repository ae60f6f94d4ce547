import { join } from "node:path";
import { raise } from "../../core/diagnostics/create.js";
import { quotePath } from "../../core/diagnostics/quote.js";
import { reasonOf } from "../reason.js";
import { EventFile, histogramOf, type Summary } from "./event-file.js";
import type { WatchedNetwork, Watcher } from "./types.js";

/**
 * Writes event files for TensorBoard into `folder`, under `train` and, where the data have a test split, `test`: loss, accuracy and rate of
 * every batch, loss and accuracies of every epoch by Keras' names, the sizes of the network after each epoch and event, and of
 * every layer's weights a histogram, of its masks a histogram and the share that lives. Steps are training steps since the run began.
 * @throws DiagnosticError P7005 where they cannot be written
 */
export async function tensorBoard(
  folder: string,
  { resumedAt, tests }: { readonly resumedAt: number | null; readonly tests: boolean },
): Promise<Watcher> {
  const opened = async (part: string): Promise<EventFile> => {
    const place = join(folder, part);
    return EventFile.open(place, resumedAt).catch((cause: unknown) => unwritable(folder, cause));
  };
  const files = { train: await opened("train"), test: tests ? await opened("test") : null };
  const write = (part: keyof typeof files, step: number, all: readonly (Summary | null)[]): void => {
    const summaries = all.filter((one) => one !== null);
    if (summaries.length === 0) return;
    try {
      files[part]?.add(step, summaries);
    } catch (cause) {
      unwritable(folder, cause);
    }
  };
  const stand = (network: WatchedNetwork): void =>
    write("train", network.step, [...sizes(network), ...layers(network)]);
  return {
    onBatchEnd: (_, { loss, accuracy, rate }, { step }) =>
      write("train", step, [
        scalar("batch_loss", loss),
        scalar("batch_accuracy", accuracy),
        scalar("learning_rate", rate),
      ]),
    onEpochEnd(_, { loss, accuracy, testLoss, testAccuracy, testTop5Accuracy, testMetrics = {} }, network) {
      write("train", network.step, [scalar("epoch_loss", loss), scalar("epoch_accuracy", accuracy)]);
      write("test", network.step, [
        scalar("epoch_loss", testLoss),
        scalar("epoch_accuracy", testAccuracy),
        scalar("epoch_top_k_categorical_accuracy", testTop5Accuracy ?? null),
        ...Object.entries(testMetrics).map(([name, value]) => scalar(`epoch_${name}`, value)),
      ]);
      stand(network);
    },
    onPrune: (_, network) => stand(network),
    onRegrow: (_, network) => stand(network),
    onSlim: (_, network) => stand(network),
  };
}

function unwritable(folder: string, cause: unknown): never {
  return raise("P7005", `event files in ${quotePath(folder)} cannot be written: ${reasonOf(cause)}`, {
    help: "make room or name another folder; a run that has begun goes on by `--resume`",
  });
}

const scalar = (tag: string, value: number | null): Summary | null =>
  value === null ? null : { tag, scalar: value };

function sizes({ params, macs, nonzeroParams, nonzeroMacs, sparsity }: WatchedNetwork): Summary[] {
  const all = { params, macs, nonzero_params: nonzeroParams, nonzero_macs: nonzeroMacs, sparsity };
  return Object.entries(all).map(([name, value]) => ({ tag: `size/${name}`, scalar: value }));
}

function layers(network: WatchedNetwork): Summary[] {
  return network.layers.flatMap(({ weights }) =>
    weights.flatMap(({ key }): Summary[] => {
      const mask = network.mask(key);
      const living = mask.reduce((sum, one) => sum + one, 0);
      return [
        { tag: `weights/${key}`, histogram: histogramOf(network.weight(key)) },
        { tag: `masks/${key}`, histogram: histogramOf(mask) },
        { tag: `density/${key}`, scalar: mask.length === 0 ? 1 : living / mask.length },
      ];
    }),
  );
}
