import { runHandIns } from "../helpers/mistakes/run-hand-ins.js";

runHandIns(["topology", "model", "data"]);
