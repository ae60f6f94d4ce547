import { runHandIns } from "../helpers/mistakes/run-hand-ins.js";

runHandIns(["run", "command", "build", "javascript"]);
