import { error } from "./entry.js";

/** P8xxx: parts of the language that are checked but not available yet, one code per family. */
export const unavailableCodes = {
  P8001: error("learned masks are not available yet"),
  P8002: error("pruning gates is not available yet"),
  P8003: error("scores of gates and noise are not available yet"),
  P8004: error("search is not available yet"),
  P8005: error("second-order scores are not available yet"),
  P8006: error("compensating is not available yet"),
  P8007: error("pulling weights is not available yet"),
  P8008: error("quantization is not available yet"),
  P8009: error("JavaScript definitions are not available yet"),
  P8010: error("a penalty of this kind is not available yet"),
} as const;
