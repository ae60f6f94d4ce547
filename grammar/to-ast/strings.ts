/**
 * `\"` is a quote and `\\` a backslash; any other backslash stands for itself, so that Windows paths can be
 * written as they are.
 */
export const unescape = (inner: string): string => inner.replace(/\\(["\\])/g, "$1");

/** The shortest text that reads back as the value. */
export const quote = (value: string): string =>
  `"${value.replace(/\\(?=["\\]|$)/g, "\\\\").replace(/"/g, '\\"')}"`;

/** The value of a string token, closed or not. */
export function stringValue(image: string): string {
  const closed = /^"(?:[^"\\]|\\.)*"$/.test(image);
  return unescape(image.slice(1, closed ? -1 : undefined));
}
