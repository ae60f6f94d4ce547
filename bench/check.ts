import { coldCheck, writeLongProgram } from "./long-program.js";
import { median, writeResult } from "./result.js";

/** `espalier check` of a 200-line program against ResNet-50, cold: a new process each time, built code, as text. */

const long = writeLongProgram();
coldCheck(".", long);
const times = Array.from({ length: 9 }, () => coldCheck(".", long));
writeResult("check", {
  lines: long.lines,
  network: "ResNet-50",
  milliseconds: { median: median(times), all: times },
  limit: 500,
});
