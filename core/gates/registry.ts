import { attention } from "./kinds/attention.js";
import { bernoulli } from "./kinds/bernoulli.js";
import { hardConcrete } from "./kinds/hard-concrete.js";
import { horseshoe } from "./kinds/horseshoe.js";
import { logNormal } from "./kinds/log-normal.js";
import { scale } from "./kinds/scale.js";
import { score } from "./kinds/score.js";
import { sharedSoftmax } from "./kinds/shared-softmax.js";
import { sigmoid } from "./kinds/sigmoid.js";
import { softmax } from "./kinds/softmax.js";
import { threshold } from "./kinds/threshold.js";
import { variationalDropout } from "./kinds/variational-dropout.js";
import { unseen } from "./unseen.js";
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
  attention,
  softmax,
  "shared-softmax": sharedSoftmax,
} as const satisfies Readonly<Record<string, GateKind>>;

export type GateName = keyof typeof gates;
export const isGateName = (name: string): name is GateName => Object.hasOwn(gates, name);
export const gateNames: readonly GateName[] = Object.keys(gates).filter(isGateName);
export const gateKind = (name: GateName): GateKind => gates[name];

/** A kind as programs name it: one of the language, or one in JavaScript. */
export type GateReference = { readonly name: GateName } | { readonly name: string; readonly own: true };

/** The kind that is meant, as far as it is known without running JavaScript. */
export const kindSaid = (gate: GateReference): GateKind => ("own" in gate ? unseen : gateKind(gate.name));
