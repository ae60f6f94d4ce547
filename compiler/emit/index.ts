import { hashJson, layersHash, withoutTexts } from "../../core/ir/hash.js";
import { asksForBatch } from "../../core/ir/walk.js";
import type { IrSpans } from "../../core/ir/spans.js";
import type { Ir } from "../../core/ir/types.js";
import type { Network } from "../../core/network/types.js";
import { namesLayers } from "./constants.js";
import { foresee } from "./foresee.js";
import { emitJavaScript, type Form } from "./javascript.js";
import { placesOf } from "./places.js";
import type { SourceMap } from "./writer.js";

export interface EmittedSources {
  readonly texts: ReadonlyMap<string, string>;
  readonly main: string;
  /** The main one and all that were imported. */
  readonly files: readonly string[];
  /** The files that specifiers in a file mean. */
  readonly imports: Readonly<Record<string, Readonly<Record<string, string>>>>;
  /** Whether the program has parameters that can be set. */
  readonly parameters: boolean;
}

export interface EmitProgramOptions {
  /** What the program was compiled for. */
  readonly network?: Network | undefined;
  readonly batch?: number | undefined;
  readonly seed?: number | undefined;
  readonly runtimeSpecifier?: string | undefined;
  readonly form?: Form | undefined;
  readonly typescript?: boolean | undefined;
  readonly set?: Readonly<Record<string, string>> | undefined;
  readonly epochs?: number | undefined;
  /** Where the loop imports a JavaScript file of the program from; null: the host gives what is in it. Default: as written. */
  readonly javascriptFrom?: ((from: string) => string | null) | undefined;
  /** Whether more training follows than the IR has: it is a part of a program. Default false. */
  readonly continues?: boolean | undefined;
}

/** The loop of a program: its statements mapped to the texts they stand in, methods named, foresight added. */
export function emitProgram(
  ir: Ir,
  spans: IrSpans,
  { texts, main, files, imports, parameters }: EmittedSources,
  {
    network,
    batch,
    seed,
    runtimeSpecifier,
    form,
    typescript,
    set,
    epochs,
    javascriptFrom,
    continues,
  }: EmitProgramOptions = {},
): { readonly code: string; readonly map: SourceMap } {
  const places = placesOf(spans, main, texts);
  const written = new Map(files.map((name) => [name, texts.get(name) ?? ""]));
  const given = { set, epochs, batch, seed };
  const used = new Set([main, ...[...places.values()].map(({ source }) => source)]);
  return emitJavaScript(ir, {
    sources: new Map([...texts].filter(([name]) => used.has(name))),
    places,
    program: programHash(ir),
    notes: foresee(spans, ir.plan, texts, main),
    ...(network !== undefined && namesLayers(ir.body) && { layers: layersHash(network) }),
    ...(batch !== undefined && asksForBatch(ir.body) && { batch }),
    ...(seed !== undefined && { seed }),
    ...(runtimeSpecifier !== undefined && { runtimeSpecifier }),
    ...(form !== undefined && { form }),
    ...(typescript !== undefined && { typescript }),
    ...(javascriptFrom !== undefined && { javascriptFrom }),
    ...(continues !== undefined && { continues }),
    ...(form === "imported" && parameters && { anew: { file: main, texts: written, imports, given } }),
  });
}

/** Of what it does, and of what it takes from JavaScript. */
export const programHash = ({ body, imports }: Ir): string =>
  hashJson(withoutTexts(imports === undefined ? body : { body, imports }));
