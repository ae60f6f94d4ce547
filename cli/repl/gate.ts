import { PassThrough } from "node:stream";
import type { ReadStream } from "node:tty";
import { StringDecoder } from "node:string_decoder";

/** Characters of one typed line: a longer one would only make the line editor slow. */
const LINE = 4000;
/** Characters that may wait while something runs, or come in one paste. */
const WAITING = 100_000;
const PASTE = { on: "\u001b[?2004h", off: "\u001b[?2004l", begins: "\u001b[200~", ends: "\u001b[201~" };
const INTERRUPT = "\u0003";

export interface GateEvents {
  /** Ctrl-c while something runs. */
  interrupt(): void;
  /** More was pasted than a prompt takes; none of it is left. `open`: a prompt stands. */
  tooMuch(characters: number, open: boolean): void;
}

/**
 * The keyboard before the line editor: hands it one line at a time, so that what is typed or pasted while a statement runs waits for its
 * prompt, and hears ctrl-c at once. A paste that is too long goes no further.
 */
export class Gate extends PassThrough {
  readonly isTTY = true;
  #waiting = "";
  #open = false;
  /** Of the line that the editor has. */
  #typed = 0;
  #dropped = 0;
  #settle: NodeJS.Timeout | undefined;
  readonly #decoder = new StringDecoder("utf8");

  constructor(
    private readonly keyboard: ReadStream,
    private readonly screen: NodeJS.WritableStream,
    private readonly events: GateEvents,
  ) {
    super();
    keyboard.on("data", this.#hear);
    keyboard.on("end", () => this.push(null));
    screen.write(PASTE.on);
  }

  setRawMode(raw: boolean): this {
    this.keyboard.setRawMode(raw);
    return this;
  }

  /** The prompt stands: the next line may come. */
  next(): void {
    this.#open = true;
    this.#typed = 0;
    this.#pump();
  }

  close(): void {
    clearTimeout(this.#settle);
    this.screen.write(PASTE.off);
    this.keyboard.off("data", this.#hear);
    this.keyboard.pause();
  }

  readonly #hear = (chunk: Buffer): void => {
    let text = this.#decoder.write(chunk);
    if (text.includes(INTERRUPT) && (!this.#open || this.#waiting.includes(PASTE.begins))) {
      this.#waiting = "";
      const at = text.lastIndexOf(INTERRUPT);
      text = text.slice(this.#open ? at : at + 1);
      if (!this.#open) this.events.interrupt();
    }
    if (this.#dropped > 0 || this.#waiting.length + text.length > WAITING) return this.#drop(text);
    this.#waiting += text;
    this.#pump();
  };

  /** Takes nothing until the flood is over. */
  #drop(text: string): void {
    this.#dropped += this.#waiting.length + text.length;
    this.#waiting = "";
    clearTimeout(this.#settle);
    this.#settle = setTimeout(() => {
      const characters = this.#dropped;
      this.#dropped = 0;
      this.events.tooMuch(characters, this.#open);
    }, 300);
  }

  #pump(): void {
    while (this.#open && this.#waiting !== "") {
      const pasted = this.#takePaste();
      if (pasted === "incomplete") return;
      const end = /[\r\n]/.exec(this.#waiting)?.index ?? -1;
      const stop = end < 0 ? this.#waiting.length : end + 1;
      const part = this.#waiting.slice(0, stop);
      if (this.#typed + part.length > LINE) return this.#drop("");
      this.#waiting = this.#waiting.slice(stop);
      this.#typed += part.length;
      if (end >= 0) this.#open = false;
      // the editor completes at a tab that comes alone
      for (const keys of part.replace(/\n$/, "\r").split(/(\t)/)) if (keys !== "") this.write(keys);
    }
  }

  /** Turns a bracketed paste into lines as if typed: its tabs complete nothing and its control characters do nothing. */
  #takePaste(): "incomplete" | "taken" {
    const begins = this.#waiting.indexOf(PASTE.begins);
    if (begins < 0) return "taken";
    const from = begins + PASTE.begins.length;
    const ends = this.#waiting.indexOf(PASTE.ends, from);
    if (ends < 0) return "incomplete";
    const text = this.#waiting
      .slice(from, ends)
      .replace(/\r\n?/g, "\n")
      .replace(/\t/g, "  ")
      .replace(/[\u0000-\u0009\u000b-\u001f\u007f]/g, "");
    this.#waiting =
      this.#waiting.slice(0, begins) +
      text.replaceAll("\n", "\r") +
      this.#waiting.slice(ends + PASTE.ends.length);
    return "taken";
  }
}
