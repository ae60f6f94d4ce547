import { mkdirSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import type { Base } from "./bases.js";

/** Writes files into a folder. */
export function write(folder: string, files: Base): void {
  for (const [name, content] of Object.entries(files)) {
    mkdirSync(dirname(join(folder, name)), { recursive: true });
    writeFileSync(join(folder, name), content);
  }
}
