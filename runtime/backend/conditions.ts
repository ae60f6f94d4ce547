import type { BackendName } from "../types.js";
import { version } from "../version.js";
import { librarySettings, machine } from "./machine.js";
import { nativeEntry, nativeFiles } from "./node/entry.js";

/** As the process began: opening tfjs-node may add to them. */
const settings = librarySettings();

/**
 * What speed depends on, and with what `measured` says what of, as a text: what was measured under other conditions is not used. Throws
 * where the backend is not installed.
 */
export function conditionsOf(
  measured: Readonly<Record<string, number | string>>,
  backend: BackendName,
  threads: number,
): string {
  const library = backend === "node" ? { files: nativeFiles(nativeEntry()), settings } : { threads };
  return JSON.stringify({ ...measured, espalier: version, backend, ...machine(), library });
}
