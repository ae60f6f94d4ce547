import { bernoulli } from "./kinds/bernoulli.js";
import { hardConcrete } from "./kinds/hard-concrete.js";
import { horseshoe } from "./kinds/horseshoe.js";
import { logNormal } from "./kinds/log-normal.js";
import { scale } from "./kinds/scale.js";
import { score } from "./kinds/score.js";
import { sigmoid } from "./kinds/sigmoid.js";
import { threshold } from "./kinds/threshold.js";
import { variationalDropout } from "./kinds/variational-dropout.js";
import type { GateKind } from "./types.js";

/** The kinds of gates by the names that programs call them by. */
export const gates = {
  scale,
  "hard-concrete": hardConcrete,
  bernoulli,
  sigmoid,
  threshold,
  score,
  "variational-dropout": variationalDropout,
  "log-normal": logNormal,
  horseshoe,
} as const satisfies Readonly<Record<string, GateKind>>;

export type GateName = keyof typeof gates;
export const isGateName = (name: string): name is GateName => Object.hasOwn(gates, name);
export const gateNames: readonly GateName[] = Object.keys(gates).filter(isGateName);
export const gateKind = (name: GateName): GateKind => gates[name];

/** Kinds that the language names and that no file stands for yet. */
export const laterGates = ["attention"] as const;
