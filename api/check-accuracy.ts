import type { Diagnostic } from "../core/diagnostics/diagnostic.js";
import type { CompileResult } from "../compiler/compile.js";
import { accuracyReaders } from "../core/ir/accuracy-readers.js";
import { spanOfPart } from "../core/ir/spans.js";
import type { Network } from "../core/network/types.js";
import type { TargetFacts } from "../runtime/data/types.js";

/**
 * Conditions on an accuracy that the run will not have: its loss does not classify and its targets are no classes. Told here, where
 * program, network and data are known together, and not after hours of training.
 */
export async function checkAccuracy(
  { ir, spans, main }: CompileResult,
  network: Network,
  targets: readonly TargetFacts[],
): Promise<readonly Diagnostic[]> {
  const conditions = ir === null ? [] : accuracyReaders(ir.body);
  if (conditions.length === 0) return [];
  const { noAccuracy } = await import("../runtime/run/phase/losses.js");
  return conditions.flatMap(({ id, phase }): readonly Diagnostic[] => {
    const missing = noAccuracy(network, phase?.loss, targets);
    if (missing === null) return [];
    const file = spans.get(id)?.file;
    const span = spanOfPart(spans, id, "condition");
    return [
      {
        ...missing,
        ...(span !== undefined && { span }),
        ...(file !== undefined && file !== main && { file }),
      },
    ];
  });
}
