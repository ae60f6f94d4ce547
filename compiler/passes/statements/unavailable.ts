import type { QuantizeStatement } from "../../../grammar/ast.js";
import { lowerSelection } from "../clauses/selection.js";
import { reject, type Place } from "../lowering.js";

/** Statements that are understood as far as they can be and then refused: nothing is silently ignored. */
export function refuse(statement: QuantizeStatement, place: Place): null {
  lowerSelection(statement.selection, place);
  return reject(place, "P8008", "quantization is not available yet", statement.word);
}
