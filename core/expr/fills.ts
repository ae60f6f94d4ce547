/** Element-wise operators over buffers: the first of `args` receives the result. */
export type Fill = (args: readonly Float64Array[], count: number) => void;

export const nothing = new Float64Array(0);

/**
 * Loops of their own, by operator and number of arguments, for what scores and penalties spend their time in: engines compile them without
 * a call for each element.
 */
export const ownFills: Readonly<Record<string, Fill>> = {
  "abs 1": ([out = nothing], count) => {
    for (let i = 0; i < count; i++) out[i] = Math.abs(out[i] ?? 0);
  },
  "+ 2": ([out = nothing, right = nothing], count) => {
    for (let i = 0; i < count; i++) out[i] = (out[i] ?? 0) + (right[i] ?? 0);
  },
  "- 2": ([out = nothing, right = nothing], count) => {
    for (let i = 0; i < count; i++) out[i] = (out[i] ?? 0) - (right[i] ?? 0);
  },
  "* 2": ([out = nothing, right = nothing], count) => {
    for (let i = 0; i < count; i++) out[i] = (out[i] ?? 0) * (right[i] ?? 0);
  },
  "/ 2": ([out = nothing, right = nothing], count) => {
    for (let i = 0; i < count; i++) out[i] = (out[i] ?? 0) / (right[i] ?? 0);
  },
  "safe/ 2": ([out = nothing, right = nothing], count) => {
    for (let i = 0; i < count; i++) {
      const by = right[i] ?? 0;
      out[i] = by === 0 ? 0 : (out[i] ?? 0) / by;
    }
  },
  "^ 2": ([out = nothing, right = nothing], count) => {
    for (let i = 0; i < count; i++) {
      const value = out[i] ?? 0;
      const power = right[i] ?? 0;
      out[i] = power === 2 ? value * value : value ** power;
    }
  },
};
