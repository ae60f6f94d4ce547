/** Text for a terminal: nothing in it moves the cursor, and its width is known. */

/** Control and formatting characters shown as what they are, so that no name or program can drive the terminal. */
export function safe(text: string): string {
  return text.replace(/[\p{Cc}\p{Cf}\u2028\u2029]/gu, (character) => {
    const code = character.codePointAt(0) ?? 0;
    return character === "\n" || character === "\t" ? character : `\\u${code.toString(16).padStart(4, "0")}`;
  });
}

/** Columns a text takes: two for East Asian wide characters and emoji, none for combining marks. */
export function width(text: string): number {
  if (/^[ -~]*$/.test(text)) return text.length;
  let columns = 0;
  for (const character of text) columns += characterWidth(character);
  return columns;
}

function characterWidth(character: string): number {
  if (/\p{Mn}|\p{Me}|\u200d/u.test(character)) return 0;
  return /[\u1100-\u115f\u2e80-\ua4cf\uac00-\ud7a3\uf900-\ufaff\ufe30-\ufe4f\uff00-\uff60\uffe0-\uffe6]|\p{Emoji_Presentation}/u.test(
    character,
  )
    ? 2
    : 1;
}

/** Words in lines of at most `columns`; longer words keep a line for themselves. */
export function wrap(text: string, columns: number): string[] {
  return text.split("\n").flatMap((paragraph) => {
    const lines: string[] = [];
    let line = "";
    for (const word of paragraph.split(" ")) {
      if (line !== "" && width(line) + 1 + width(word) > columns) {
        lines.push(line);
        line = word;
      } else {
        line = line === "" ? word : `${line} ${word}`;
      }
    }
    return [...lines, line];
  });
}

/** Markdown whose paragraphs are broken anew; code stays as it is. */
export function flow(markdown: string, columns: number): string[] {
  const lines: string[] = [];
  let paragraph: string[] = [];
  let code = false;
  const end = (): void => {
    if (paragraph.length > 0) lines.push(...wrap(paragraph.join(" "), columns));
    paragraph = [];
  };
  for (const line of markdown.split("\n")) {
    const fence = line.startsWith("```");
    if (code || fence || line.trim() === "" || line.startsWith("#")) {
      end();
      lines.push(...(!code && line.startsWith("#") ? wrap(line, columns) : [line]));
    } else paragraph.push(line.trim());
    if (fence) code = !code;
  }
  end();
  return lines;
}

/** A text made safe, wrapped and indented by two, further lines by four. */
export function indent(text: string, columns: number): string[] {
  return wrap(safe(text), columns - 4).map((line, i) => (i === 0 ? `  ${line}` : `    ${line}`));
}

/** A number and a text behind it, made safe and wrapped under itself; nothing where there is no text. */
export function hanging(head: string, text: string, columns: number): string[] {
  if (text === "") return [];
  const margin = " ".repeat(6);
  const lead = head === "" ? margin : `  ${head}  `;
  const lines = wrap(safe(text), Math.max(8, columns - Math.max(margin.length, width(lead))));
  return lines.map((line, i) => (i === 0 ? lead : margin) + line);
}

/** Cut to so many columns, an ellipsis where something is missing. */
export function cut(text: string, columns: number): string {
  if (width(text) <= columns) return text;
  let out = "";
  for (const character of text) {
    if (width(out) + width(character) > columns - 1) break;
    out += character;
  }
  return `${out}…`;
}

export const padEnd = (text: string, columns: number): string =>
  text + " ".repeat(Math.max(0, columns - width(text)));
export const padStart = (text: string, columns: number): string =>
  " ".repeat(Math.max(0, columns - width(text))) + text;
