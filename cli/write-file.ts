import { writeAtomically } from "../runtime/checkpoint/files.js";

/** Writes a whole file or none of it, creating its folder; returns null, or why it cannot be written. */
export async function writeFileSafely(path: string, text: string): Promise<string | null> {
  try {
    await writeAtomically(path, [new TextEncoder().encode(text)]);
    return null;
  } catch (cause) {
    return reasonOf(cause);
  }
}

const reasons = new Map([
  ["EACCES", "permission denied"],
  ["EPERM", "permission denied"],
  ["EROFS", "the file system is read-only"],
  ["ENOSPC", "the disk is full"],
  ["EISDIR", "a folder stands there"],
  ["ENOTDIR", "a part of the path is a file"],
  ["EEXIST", "a file stands there"],
  ["ENOENT", "there is no such folder"],
  ["ENAMETOOLONG", "the name is too long"],
]);

/** What a failed file operation means. */
export function reasonOf(cause: unknown): string {
  if (!(cause instanceof Error)) return String(cause);
  const code = "code" in cause && typeof cause.code === "string" ? cause.code : "";
  return reasons.get(code) ?? cause.message;
}
