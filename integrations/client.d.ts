// What imports of programs are where no `*.d.prune.ts` says more: `"types": ["espalier/client"]` in tsconfig.json.

declare module "*.prune" {
  import type { ImportedOptions, RunResult } from "espalier/runtime";
  const train: (options?: ImportedOptions) => Promise<RunResult>;
  export default train;
}

declare module "*.prune?model" {
  /** URL of the trained network's `model.json`, for `tf.loadLayersModel`. */
  const url: string;
  export default url;
}
