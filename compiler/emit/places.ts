import type { IrSpans } from "../../core/ir/spans.js";
import { Lines } from "../render/lines.js";
import type { Place } from "./writer.js";

/** Statement ids as lines and columns. `texts` holds the sources by name; `main` is the name of the program itself. */
export function placesOf(
  spans: IrSpans,
  main: string,
  texts: ReadonlyMap<string, string>,
): ReadonlyMap<number, Place> {
  const lines = new Map<string, Lines>();
  const places = new Map<number, Place>();
  for (const [id, { span, file = main }] of spans) {
    const text = texts.get(file);
    if (text === undefined) continue;
    const known = lines.get(file) ?? new Lines(text);
    lines.set(file, known);
    places.set(id, { source: file, ...known.place(span.start) });
  }
  return places;
}
