import { basename } from "node:path";
import { raise } from "../../core/diagnostics/create.js";
import { isObject } from "../../core/network/json.js";
import type { Network } from "../../core/network/types.js";
import { moduleUrl } from "../module-url.js";
import { settled } from "../settled.js";
import { thrownByModule } from "../module-error.js";
import { givenSource } from "./given.js";
import type { DataSource } from "./types.js";

/**
 * A JavaScript module that brings data: its default export where that is an object, else its exports, in any form of `data`.
 * @throws DiagnosticError P6005, P6006, P6007, P6010
 */
export async function openModule(path: string, network: Network): Promise<DataSource> {
  const name = basename(path);
  return givenSource(await load(path, name), network, name);
}

async function load(path: string, name: string): Promise<unknown> {
  try {
    const module: Readonly<Record<string, unknown>> = await settled(import(await moduleUrl(path)));
    const main = await settled(Promise.resolve(module["default"]));
    return isObject(main) ? main : module;
  } catch (cause) {
    const { reason, frames, ...more } = thrownByModule(cause, path);
    raise("P6010", `\`${name}\` cannot be loaded: ${reason}`, { notes: frames, ...more });
  }
}
