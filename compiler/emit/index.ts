import { hashJson, layersHash } from "../../core/ir/hash.js";
import type { IrSpans } from "../../core/ir/spans.js";
import type { Ir } from "../../core/ir/types.js";
import type { Network } from "../../core/network/types.js";
import { namesLayers } from "./constants.js";
import { foresee } from "./foresee.js";
import { emitJavaScript } from "./javascript.js";
import { placesOf } from "./places.js";
import type { SourceMap } from "./writer.js";

export interface EmittedSources {
  readonly texts: ReadonlyMap<string, string>;
  readonly main: string;
}

export interface EmitProgramOptions {
  /** What the program was compiled for. */
  readonly network?: Network | undefined;
  readonly batch?: number | undefined;
  readonly seed?: number | undefined;
  readonly runtimeSpecifier?: string | undefined;
}

/** The loop of a program: its statements mapped to the texts they stand in, methods named, foresight added. */
export function emitProgram(
  ir: Ir,
  spans: IrSpans,
  { texts, main }: EmittedSources,
  { network, batch, seed, runtimeSpecifier }: EmitProgramOptions = {},
): { readonly code: string; readonly map: SourceMap } {
  const places = placesOf(spans, main, texts);
  const used = new Set([main, ...[...places.values()].map(({ source }) => source)]);
  return emitJavaScript(ir, {
    sources: new Map([...texts].filter(([name]) => used.has(name))),
    places,
    program: hashJson(withoutTexts(ir.body)),
    notes: foresee(spans, ir.plan, texts, main),
    ...(network !== undefined && namesLayers(ir.body) && { layers: layersHash(network) }),
    ...(batch !== undefined && { batch }),
    ...(seed !== undefined && { seed }),
    ...(runtimeSpecifier !== undefined && { runtimeSpecifier }),
  });
}

/** The timeline without the wording of its statements: a reformatted program is still the same. */
function withoutTexts(body: Ir["body"]): unknown {
  return JSON.parse(
    JSON.stringify(body, (key: string, value: unknown) => (key === "text" ? undefined : value)),
  );
}
