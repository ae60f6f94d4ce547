/**
 * The length in bits of every symbol's Huffman code, by how often it stands; 0 for one that does not stand at all. A symbol alone
 * takes one bit.
 */
export function codeLengths(counts: readonly number[]): readonly number[] {
  const leaves = counts
    .map((count, symbol) => ({ count, symbol }))
    .filter(({ count }) => count > 0)
    .sort((a, b) => a.count - b.count || a.symbol - b.symbol);
  const lengths = counts.map(() => 0);
  const [only] = leaves;
  if (only === undefined) return lengths;
  if (leaves.length === 1) return lengths.map((_, symbol) => (symbol === only.symbol ? 1 : 0));
  // Two queues, each ascending (van Leeuwen 1976): leaves, and the nodes made of them, by number behind the leaves.
  const weights = leaves.map(({ count }) => count);
  const parents = new Int32Array(2 * leaves.length - 1);
  let [leaf, made] = [0, leaves.length];
  const lighter = (): number => {
    const [a = Infinity, b = Infinity] = [leaf < leaves.length ? weights[leaf] : Infinity, weights[made]];
    return a <= b ? leaf++ : made++;
  };
  for (let node = leaves.length; node < parents.length; node++) {
    const [one, other] = [lighter(), lighter()];
    weights.push((weights[one] ?? 0) + (weights[other] ?? 0));
    parents[one] = parents[other] = node;
  }
  const depths = new Int32Array(parents.length);
  for (let node = parents.length - 2; node >= 0; node--) depths[node] = (depths[parents[node] ?? 0] ?? 0) + 1;
  leaves.forEach(({ symbol }, i) => (lengths[symbol] = depths[i] ?? 0));
  return lengths;
}

/** Bits that a stream takes in Huffman's code, by how often each symbol stands in it. */
export function codedBits(counts: readonly number[]): number {
  return codeLengths(counts).reduce((sum, length, symbol) => sum + length * (counts[symbol] ?? 0), 0);
}
