import type { Network } from "../../core/network/types.js";
import type { ParameterStore } from "../../core/parameters.js";
import { bytesOf, savedWeights, weightBytes, type SavedWeight } from "./artifacts.js";

/** Sizes of the weights of a saved model. */
export interface ModelBytes {
  readonly raw: number;
  /** As a web server sends them: through gzip at level 6. */
  readonly gzipped: number;
}

/** The sizes a saved model would have. */
export async function modelBytes(network: Network, store: ParameterStore): Promise<ModelBytes> {
  return sizes(savedWeights(network, store));
}

/** What `sizes` measures, of weights that are at hand. */
export async function sizes(weights: readonly SavedWeight[]): Promise<ModelBytes> {
  if (weights.length === 0) return { raw: 0, gzipped: 0 };
  const gzip = new CompressionStream("gzip");
  const writer = gzip.writable.getWriter();
  const written = (async () => {
    for (const { parameter } of weights) await writer.write(new Uint8Array(bytesOf(parameter)));
    await writer.close();
  })();
  let gzipped = 0;
  const reader = gzip.readable.getReader();
  for (;;) {
    const { value, done } = await reader.read();
    if (done) break;
    gzipped += value.length;
  }
  await written;
  return { raw: weightBytes(weights), gzipped };
}
