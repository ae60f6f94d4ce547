import { serveRuns } from "espalier/browser";
import network from "../network.mjs";
import train from "./schedule.prune";
import { data } from "./setup.js";

serveRuns(train, { network, data });
