/** A name from outside, safe to print: short, on one line. */
export function quote(name: string): string {
  const flat = name.replace(/[\u0000-\u001f\u007f]/g, "?");
  return `\`${flat.length > 80 ? `${flat.slice(0, 77)}…` : flat}\``;
}

/** A path as it may stand in a message: of a long one its end, which tells the most. */
export function quotePath(path: string): string {
  const flat = path.replace(/[\u0000-\u001f\u007f]/g, "?");
  return `\`${flat.length > 80 ? `…${flat.slice(-77)}` : flat}\``;
}

/** A JSON value as it may stand in a message. */
export function show(value: unknown): string {
  if (value === undefined) return "nothing";
  if (typeof value === "string") return `"${quote(value).slice(1, -1)}"`;
  const text =
    typeof value === "object" && value !== null
      ? Array.isArray(value)
        ? "a list"
        : "an object"
      : String(value);
  return text.length > 40 ? `${text.slice(0, 37)}…` : text;
}
