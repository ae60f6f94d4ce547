import type { Json, JsonObject, Writer } from "./types.js";

/**
 * What Keras takes where a config leaves an argument out and TensorFlow.js takes something else: files are read as the library that
 * wrote them would. Its own files go without.
 */

const OVER_TIME = { recurrent_activation: "sigmoid" } as const;

const keras3 = {
  ConvLSTM2D: OVER_TIME,
  GRU: { ...OVER_TIME, reset_after: true },
  GRUCell: { ...OVER_TIME, reset_after: true },
  LSTM: OVER_TIME,
  LSTMCell: OVER_TIME,
} as const;

export const defaults: Readonly<Record<Writer, Readonly<Record<string, JsonObject>>>> = {
  tfjs: {},
  keras2: {
    ConvLSTM2D: { recurrent_activation: "hard_sigmoid" },
    // Files without `reset_after` are of releases that did not have it (before 2.1.3): all others state it.
    GRU: OVER_TIME,
    GRUCell: OVER_TIME,
    LSTM: OVER_TIME,
    LSTMCell: OVER_TIME,
  },
  keras3,
};

/** Fills in what a copied config leaves out. */
export function fillDefaults(className: string, config: { [key: string]: Json }, writer: Writer): void {
  const own = Object.hasOwn(defaults[writer], className) ? defaults[writer][className] : undefined;
  for (const [key, value] of Object.entries(own ?? {})) if (!Object.hasOwn(config, key)) config[key] = value;
}
