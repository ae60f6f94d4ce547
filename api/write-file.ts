import { writeAtomically } from "../runtime/checkpoint/files.js";
import { reasonOf } from "../runtime/reason.js";

/** Writes a whole file or none of it, creating its folder; returns null, or why it cannot be written. */
export async function writeFileSafely(path: string, text: string): Promise<string | null> {
  try {
    await writeAtomically(path, [new TextEncoder().encode(text)]);
    return null;
  } catch (cause) {
    return reasonOf(cause);
  }
}
