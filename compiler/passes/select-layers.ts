import { declaredFields } from "../../core/ir/defaults.js";
import { structureKind } from "../../core/ir/structure.js";
import { isEverything, selectedLayers } from "../../core/units/select.js";
import type { StructureName } from "../../core/units/candidates.js";
import type { SelectionIr } from "../../core/ir/types.js";
import { mapStatements, type StatementIr } from "../../core/ir/walk.js";
import { checkSelection } from "./network/check-selection.js";
import type { FrontState } from "./state.js";

/** Works out, against a network, which layers every selection means, and refuses those that mean none. */
export function selectLayers(state: FrontState): FrontState {
  const { network } = state.options;
  if (network === undefined) return state;
  const checked = new Set<number>();
  const resolve = <Statement extends StatementIr>(statement: Statement): Statement => {
    if (!selects(statement)) return statement;
    const structure = structureOf(statement) ?? null;
    // A rule stands in every phase it governs and is checked once.
    if (!checked.has(statement.id)) {
      checked.add(statement.id);
      checkSelection({ statement, selection: statement, structure, network, state });
    }
    const selected = selectedLayers(network, statement, structure)?.flatMap(
      (index) => network.layers[index] ?? [],
    );
    if (selected === undefined) return statement;
    // A loop goes through the layers that `layers 3..9` counts.
    const meant = statement.kind === "for-each" ? selected.filter(({ ordinal }) => ordinal > 0) : selected;
    return { ...statement, layers: meant.map(({ path }) => path) };
  };
  return { ...state, body: mapStatements(state.body, resolve) };
}

const selects = (statement: StatementIr): statement is StatementIr & SelectionIr =>
  structureOf(statement) !== undefined;

/** What the layers of a statement are candidates for: null for whole layers, undefined where it is about none, or any. */
function structureOf(statement: StatementIr): StructureName | null | undefined {
  switch (statement.kind) {
    case "prune":
    case "restore":
    case "penalize":
    case "learn":
    case "freeze":
      return structureKind(statement.structure);
    case "regrow":
      return statement.structure && !isEverything(statement) ? structureKind(statement.structure) : undefined;
    case "update":
    case "pull":
    case "quantize":
      return "weights";
    default:
      return declaredFields(statement.kind).has("layers") ? null : undefined;
  }
}
