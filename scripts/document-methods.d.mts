import type { MnistRow } from "./mnist-table.mjs";

export function pageOf(
  methods: typeof import("../compiler/render/methods.js"),
  rows?: readonly MnistRow[],
): string;
