import { apportion, shareOf } from "../schedule/amounts.js";

export interface ErdosRenyiLayer {
  /** Units of the layer as loaded. */
  readonly units: number;
  /** Shape of its kernel. */
  readonly shape: readonly number[];
}

/**
 * Densities of an Erdős–Rényi graph (Mocanu et al. 2018): layer l keeps a share ε · (n_in + n_out) / (n_in · n_out), over the
 * last two axes of its kernel; the kernel variant (Evci et al. 2020, RigL) takes all axes, Σ dims / Π dims. ε is solved for the
 * sparsity asked of the whole; layers that would need more than they have are dense and the others are solved again.
 */
export function erdosRenyiDensities(
  layers: readonly ErdosRenyiLayer[],
  sparsity: number,
  variant: "er" | "erk",
): readonly number[] {
  const raw = layers.map(({ shape }) => {
    const dims = variant === "erk" ? shape : shape.slice(-2);
    return dims.reduce((a, b) => a + b, 0) / dims.reduce((a, b) => a * b, 1);
  });
  const dense = new Set<number>();
  for (;;) {
    let wanted = 0;
    let divisor = 0;
    layers.forEach(({ units }, i) => {
      const zeros = Math.floor(sparsity * units);
      if (dense.has(i)) wanted -= zeros;
      else {
        wanted += units - zeros;
        divisor += (raw[i] ?? 0) * units;
      }
    });
    if (dense.size === layers.length || divisor === 0) return layers.map(() => 1);
    const epsilon = wanted / divisor;
    const open = raw.filter((_, i) => !dense.has(i));
    const top = Math.max(...open);
    if (epsilon * top <= 1) return raw.map((p, i) => (dense.has(i) ? 1 : Math.max(0, epsilon * p)));
    raw.forEach((p, i) => {
      if (!dense.has(i) && p === top) dense.add(i);
    });
  }
}

/** Dead units of each layer so that together exactly `round(sparsity × all)` are dead. */
export function erdosRenyiDead(
  layers: readonly ErdosRenyiLayer[],
  sparsity: number,
  variant: "er" | "erk",
): readonly number[] {
  const densities = erdosRenyiDensities(layers, sparsity, variant);
  const units = layers.map((layer) => layer.units);
  const all = units.reduce((a, b) => a + b, 0);
  return apportion(
    shareOf(sparsity, all),
    units.map((n, i) => n * (1 - (densities[i] ?? 1))),
    units,
  );
}
