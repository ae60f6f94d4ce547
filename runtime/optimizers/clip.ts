/** Bounds on gradients, applied in this order: `clip-value` to each element, then `clip-norm` to all of them together. */

/** Cuts every element into −bound … bound, in place. */
export function clipValue(gradients: Iterable<Float32Array>, bound: number): void {
  for (const gradient of gradients) {
    for (let i = 0; i < gradient.length; i++) {
      const g = gradient[i] ?? 0;
      if (g > bound) gradient[i] = bound;
      else if (g < -bound) gradient[i] = -bound;
    }
  }
}

/** The l2 norm of all elements of all gradients. */
export function globalNorm(gradients: Iterable<Float32Array>): number {
  let sum = 0;
  for (const gradient of gradients) {
    for (let i = 0; i < gradient.length; i++) sum += (gradient[i] ?? 0) ** 2;
  }
  return Math.sqrt(sum);
}

/** Scales all gradients by one factor, in place, so that their global norm is at most `bound` (Pascanu et al. 2013). Returns the norm before. */
export function clipNorm(gradients: readonly Float32Array[], bound: number): number {
  const norm = globalNorm(gradients);
  if (!(norm > bound)) return norm;
  const factor = bound / norm;
  for (const gradient of gradients) {
    for (let i = 0; i < gradient.length; i++) gradient[i] = (gradient[i] ?? 0) * factor;
  }
  return norm;
}
