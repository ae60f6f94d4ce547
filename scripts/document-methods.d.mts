import type { CostRow } from "./method-costs.mjs";
import type { MnistRow } from "./mnist-table.mjs";

export function pageOf(
  methods: typeof import("../compiler/render/methods.js"),
  rows?: readonly MnistRow[],
  costs?: readonly CostRow[],
): string;
