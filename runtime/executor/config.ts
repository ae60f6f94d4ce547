import { field } from "../../core/network/json.js";
import type { Config } from "../../core/network/config.js";
import { refuse } from "./problems.js";

export { activation, axes, choice, flag, int, pairs, sizes, type Config } from "../../core/network/config.js";

/** A number of a layer's config. */
export function number(config: Config, key: string, fallback: number): number {
  const value = field(config.values, key);
  if (value === undefined || value === null) return fallback;
  if (typeof value === "number") return value;
  return refuse("P5151", `\`${key}\` of layer \`${config.path}\` is not a number`);
}
