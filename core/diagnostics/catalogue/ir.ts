import { error } from "./entry.js";

/** P900x: an IR that came from outside. */
export const irCodes = {
  P9001: error("an IR does not follow its schema"),
  P9002: error("an IR is of another version"),
  P9003: error("an IR is nested too deeply"),
  P9004: error("an IR's statements do not go together"),
} as const;
