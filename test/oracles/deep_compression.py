"""Clusters, sums of gradients, Huffman codes and distances of deep-compression.json: NumPy and heapq.

python test/oracles/deep_compression.py > test/oracles/deep-compression.json
"""

import heapq
import json

import numpy as np

draw = np.random.default_rng(7)


def clusters(values, k):
    """Lloyd's algorithm; centroids evenly spaced between the ends at first, an empty cluster stays."""
    values = values.astype(np.float64)
    if len(np.unique(values)) <= k:
        return np.unique(values, return_inverse=True)
    centroids = np.linspace(values.min(), values.max(), k)
    before = None
    while True:
        nearest = np.abs(values[:, None] - centroids[None, :]).argmin(axis=1)
        if before is not None and (nearest == before).all():
            return centroids, nearest
        before = nearest
        for i in range(k):
            if (nearest == i).any():
                centroids[i] = values[nearest == i].mean()


def lengths(counts):
    """Lengths of Huffman's code, and the bits of all words together."""
    heap = [(count, i, [i]) for i, count in enumerate(counts) if count > 0]
    heapq.heapify(heap)
    found = [0] * len(counts)
    while len(heap) > 1:
        a, _, one = heapq.heappop(heap)
        b, i, other = heapq.heappop(heap)
        for symbol in one + other:
            found[symbol] += 1
        heapq.heappush(heap, (a + b, i, one + other))
    return sum(l * c for l, c in zip(found, counts))


def fillers(nonzero, bits):
    """Zeros that stand where the next weight is further than 2^bits - 1 places."""
    furthest, count, since = 2**bits - 1, 0, 0
    for lives in nonzero:
        since += 1
        if lives:
            since = 0
        elif since == furthest:
            # A zero stands here only if something follows.
            count, since = count + 1, 0
    trailing = 0
    for lives in nonzero[::-1]:
        if lives:
            break
        trailing += 1
    return count - trailing // furthest if any(nonzero) else 0


def cluster_case(n, k):
    values = draw.normal(0, 0.1, n).astype(np.float32)
    gradients = draw.normal(0, 1, n).astype(np.float32)
    centroids, codes = clusters(values, k)
    used = [i for i in range(k) if (codes == i).any()]
    return {
        "values": values.tolist(),
        "k": k,
        "centroids": centroids[used].tolist(),
        "codes": [used.index(i) + 1 for i in codes],
        "gradients": gradients.tolist(),
        "sums": [gradients.astype(np.float64)[codes == i].sum() for i in used],
    }


def stored_case(n, share, bits):
    nonzero = draw.random(n) < share
    return {"nonzero": nonzero.astype(int).tolist(), "bits": bits, "fillers": fillers(nonzero, bits)}


def counts_case(n, most):
    counts = draw.integers(0, most, n).tolist()
    return {"counts": counts, "bits": int(lengths(counts))}


print(
    json.dumps(
        {
            "numpy": np.__version__,
            "clusters": [cluster_case(8, 3), cluster_case(24, 4), cluster_case(60, 16), cluster_case(40, 64)],
            "stored": [stored_case(64, 0.1, 3), stored_case(200, 0.03, 5), stored_case(900, 0.003, 8)],
            "counts": [counts_case(6, 20), counts_case(33, 200), counts_case(257, 40)],
        }
    )
)
