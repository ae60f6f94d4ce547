import { randomStream } from "../../core/random.js";

/** Meanwhile `Math.random` draws from the seed, so that initializers without a seed of their own give the same weights each time. */
export async function withSeededRandom<T>(seed: number, work: () => Promise<T>): Promise<T> {
  const own = Math.random;
  const stream = randomStream(seed, "model module");
  let position = 0;
  Math.random = () => stream.uniform(position++);
  try {
    return await work();
  } finally {
    Math.random = own;
  }
}
