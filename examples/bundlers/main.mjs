import { fileURLToPath } from "node:url";
import url from "./slim.prune?model";
import measure from "./test.prune";

const network = fileURLToPath(url);
const { metrics, report } = await measure({ network, data: "mnist", backend: "wasm" });
console.log(JSON.stringify({ accuracy: metrics.accuracy, macs: report.after.macs }));
