/** A JavaScript value about to be printed: code that stays on one line, a list, or an object. */
export type Js = string | { readonly list: readonly Js[] } | { readonly fields: readonly Field[] };

export interface Field {
  readonly key: string;
  readonly value: Js;
  /** Comment lines above the field; they force one field per line. */
  readonly comment?: readonly string[];
  /** A comment behind it. */
  readonly note?: string;
}

/** The widest line wanted. */
export const lineWidth = 110;

/** A string as JavaScript source that no reader takes for anything else. */
export function quote(text: string): string {
  return JSON.stringify(text).replace(
    /[\u007f-\u009f\u2028\u2029\ufeff]/g,
    (character) => `\\u${character.charCodeAt(0).toString(16).padStart(4, "0")}`,
  );
}

/** Text for a `//` comment: one line, no control characters. */
export function commentText(text: string): string {
  return text.replace(/[\p{Cc}\p{Cf}\u2028\u2029\s]+/gu, " ").trim();
}

/** The text of a comment broken into `//` lines of at most `width` columns. */
export function commentLines(text: string, width: number): string[] {
  const lines: string[] = [];
  let line = "//";
  for (const word of commentText(text).split(" ")) {
    if (line !== "//" && line.length + 1 + word.length > width) {
      lines.push(line);
      line = "//  ";
    }
    line += ` ${word}`;
  }
  return [...lines, line];
}

/** `null` when it cannot stand on one line. */
function flat(value: Js): string | null {
  if (typeof value === "string") return value;
  if ("list" in value) {
    const items = value.list.map(flat);
    return items.includes(null) ? null : `[${items.join(", ")}]`;
  }
  if (value.fields.length === 0) return "{}";
  const fields: string[] = [];
  for (const field of value.fields) {
    const inner = flat(field.value);
    if (inner === null || field.comment !== undefined || field.note !== undefined) return null;
    fields.push(entry(field.key, inner));
  }
  return `{ ${fields.join(", ")} }`;
}

const entry = (key: string, value: string) => {
  const name = /^[A-Za-z_$][\w$]*$|^(0|[1-9]\d*)$/.test(key) && key !== "__proto__" ? key : quote(key);
  return name === value ? name : `${name}: ${value}`;
};

/** A value as lines, the first of them to stand behind `head`, the last to be followed by `tail`. */
export function layout(head: string, value: Js, tail: string, indentation: number): string[] {
  const one = flat(value);
  if (one !== null && indentation + head.length + one.length + tail.length <= lineWidth)
    return [`${head}${one}${tail}`];
  if (typeof value === "string") return [`${head}${value}${tail}`];
  if ("list" in value) return [`${head}[`, ...items(value.list, indentation + 2), `]${tail}`];
  const lines = value.fields.flatMap(({ key, value: inner, comment, note }) => {
    const [first = "", ...rest] = layout(keyed(key, inner), inner, ",", indentation + 2);
    const above = (comment ?? []).flatMap((text) => commentLines(text, lineWidth - indentation - 2));
    const behind = note === undefined ? "" : ` // ${commentText(note)}`;
    return rest.length === 0 ? [...above, first + behind] : [...above, first, ...rest];
  });
  return [`${head}{`, ...lines.map((line) => `  ${line}`), `}${tail}`];
}

/** `key: `, or nothing where shorthand says the same. */
function keyed(key: string, value: Js): string {
  const whole = entry(key, "\0");
  return value === key && whole === `${key}: \0` ? "" : whole.slice(0, -1);
}

/** List items: as many plain ones to a line as fit, else one a line. */
function items(list: readonly Js[], indentation: number): string[] {
  const lines: string[] = [];
  let line = "";
  for (const item of list) {
    const one = typeof item === "string" ? `${item},` : null;
    if (one === null) {
      if (line !== "") lines.push(line);
      line = "";
      lines.push(...layout("", item, ",", indentation));
    } else if (line !== "" && indentation + line.length + 1 + one.length > lineWidth) {
      lines.push(line);
      line = one;
    } else {
      line = line === "" ? one : `${line} ${one}`;
    }
  }
  if (line !== "") lines.push(line);
  return lines.map((text) => `  ${text}`);
}
