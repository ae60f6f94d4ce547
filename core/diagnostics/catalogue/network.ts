import { error, warning } from "./entry.js";

/** P4xxx: the program against a network. */
export const networkCodes = {
  P4001: error("a pattern matches no layer"),
  P4002: error("units of a layer do not stand alone"),
  P4003: error("only units that must stay are selected"),
  P4004: error("a depthwise layer has no filters of its own"),
  P4005: error("the network has nothing of this structure"),
  P4006: error("a range of layers leaves the network"),
  P4007: error("a condition on layers holds for none"),
  P4008: error("a selected layer has no units of this structure"),
  P4009: error("no selected layer passes the batch norm that is read"),
  P4010: warning("some selected layers pass no batch norm"),
  P4011: error("a score reads the input of a recurrent layer"),
} as const;
