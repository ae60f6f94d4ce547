import { printable } from "./reason.js";

/** What code of the user threw, for a diagnostic. */
export interface Thrown {
  /** Its first line. */
  readonly reason: string;
  /** Where, in files of the user: `at train (data.mjs:4:9)`, the innermost first. */
  readonly frames: readonly string[];
}

/** Frames that are told: behind these, what called the user's code. */
const mostFrames = 5;

export function thrown(cause: unknown): Thrown {
  if (!(cause instanceof Error)) return { reason: printable(String(cause)), frames: [] };
  const reason = printable(cause.message === "" ? cause.name : cause.message);
  return { reason, frames: framesOf(cause.stack ?? "") };
}

/** Frames of modules from here on are ours. */
const ours = pathOf(new URL(".", import.meta.url).href);

/** The frames above ours that are neither Node's nor of a package. */
function framesOf(stack: string): readonly string[] {
  const frames: string[] = [];
  for (const line of stack.split("\n")) {
    // A call, or the head of an error in linking modules.
    const [, caller, url = "", at = ""] =
      /^\s*at (?:(.*) \()?((?:file:\/\/|https?:\/\/|\/|[A-Za-z]:\\).*?)((?::\d+){1,2})\)?$/.exec(line) ??
      /^()(file:\/\/.*?|\/.*?)(:\d+)$/.exec(line) ??
      [];
    if (url === "") continue;
    const path = pathOf(url);
    if (path.startsWith(ours)) break;
    const place = `${shownPath(path)}${at}`;
    if (/(^|[\\/])node_modules[\\/]/.test(place)) continue;
    frames.push(printable(caller ? `at ${caller} (${place})` : `at ${place}`));
    if (frames.length === mostFrames) break;
  }
  return frames;
}

/** The path of a module without what a cache was told by: of a file as the system writes it, of an address as it is. */
function pathOf(url: string): string {
  const bare = url.replace(/[?#].*$/, "");
  if (!bare.startsWith("file:")) return bare;
  const path = decodeURIComponent(new URL(bare).pathname);
  return /^\/[A-Za-z]:/.test(path) ? path.slice(1).replaceAll("/", "\\") : path;
}

/** The file as somebody in the working directory names it; a page has none. */
export function shownPath(urlOrPath: string): string {
  const path = pathOf(urlOrPath);
  const here = globalThis.process?.cwd?.();
  return here !== undefined && /^[\\/]/.test(path.slice(here.length)) && path.startsWith(here)
    ? path.slice(here.length + 1)
    : path;
}
