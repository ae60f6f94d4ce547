import { activation } from "../config.js";
import { protect, type Site } from "../site.js";

/** Protects an axis whose activation looks at all channels together. */
export function checkActivation(site: Site, ids: Int32Array | null, key = "activation"): void {
  const name = activation(site.config, key).toLowerCase().replace(/_/g, "");
  if (name === "softmax" || name === "logsoftmax") {
    protect(site, ids, "softmax", `soft-max is taken over the channels of ${site.layer.spec.path}`);
  }
}
