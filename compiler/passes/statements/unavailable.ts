import type { PullStatement, QuantizeStatement } from "../../../grammar/ast.js";
import { lowerMoving } from "../clauses/moving.js";
import { lowerSelection } from "../clauses/selection.js";
import { reject, type Place } from "../lowering.js";

export type Unavailable = PullStatement | QuantizeStatement;

/** Statements that are understood as far as they can be and then refused: nothing is silently ignored. */
export function refuse(statement: Unavailable, place: Place): null {
  switch (statement.kind) {
    case "pull":
      checkStrength(statement, place);
      return reject(
        place,
        "P8007",
        "pulling weights toward their pruned values is not available yet",
        statement.word,
        {
          help: "a penalty on the lowest is: `penalize weights by l2 among bottom 90% by magnitude strength …`",
        },
      );
    case "quantize":
      lowerSelection(statement.selection, place);
      return reject(place, "P8008", "quantization is not available yet", statement.word);
  }
}

function checkStrength(statement: PullStatement, place: Place): void {
  if (statement.strength !== undefined) lowerMoving(statement.strength, ["number"], "a strength", place);
}
