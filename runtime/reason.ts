/** What failed operations on files mean, by Node's codes. */
const files: ReadonlyMap<string, string> = new Map([
  ["EACCES", "permission denied"],
  ["EPERM", "permission denied"],
  ["EROFS", "the file system is read-only"],
  ["ENOSPC", "the disk is full"],
  ["EISDIR", "a folder stands there"],
  ["ENOTDIR", "a part of the path is a file"],
  ["ENOTEMPTY", "a folder stands there"],
  ["EEXIST", "a file stands there"],
  ["ENOENT", "there is no such file or folder"],
  ["ELOOP", "the links run in a circle"],
  ["ENAMETOOLONG", "the name is too long"],
  ["EMFILE", "too many files are open"],
]);

/** Why something failed, as a note to a person: the meaning of a file error, else the first line of what was thrown, on one line. */
export function reasonOf(cause: unknown): string {
  if (!(cause instanceof Error)) return printable(String(cause));
  if (cause.name === "QuotaExceededError") return "the storage of the page is full";
  const code = "code" in cause && typeof cause.code === "string" ? cause.code : "";
  return files.get(code) ?? printable(cause.message);
}

/** Foreign text in a message: its first line, short, without what would steer a terminal. */
export function printable(text: string): string {
  const line = text.split("\n", 1)[0] ?? "";
  return line.replace(/[\u0000-\u001f\u007f-\u009f]/g, "?").slice(0, 200);
}
