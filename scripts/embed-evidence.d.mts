import type { MnistRow } from "./mnist-table.mjs";

export function embeddedEvidence(rows?: readonly MnistRow[]): string;
