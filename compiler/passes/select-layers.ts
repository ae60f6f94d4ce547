import { structureKind } from "../../core/ir/structure.js";
import { selectedLayers } from "../../core/units/select.js";
import type { StructureName } from "../../core/units/candidates.js";
import type { SelectionIr } from "../../core/ir/types.js";
import type { Network } from "../../core/network/types.js";
import { mapStatements, type StatementIr } from "../../core/ir/walk.js";
import { checkSelection } from "./network/check-selection.js";
import type { FrontState } from "./state.js";

/** Works out, against a network, which layers every selection means, and refuses those that mean none. */
export function selectLayers(state: FrontState): FrontState {
  const { network } = state.options;
  if (network === undefined) return state;
  const checked = new Set<number>();
  const resolve = <Statement extends StatementIr>(statement: Statement): Statement => {
    const structure = structureOf(statement);
    if (!("selection" in statement) || statement.selection === undefined || structure === undefined)
      return statement;
    // A rule stands in every phase it governs and is checked once.
    if (!checked.has(statement.id)) {
      checked.add(statement.id);
      checkSelection(statement, statement.selection, structure, network, state);
    }
    const selection = withLayers(statement.selection, structure, network);
    // A loop goes through the layers that `layers 3..9` counts.
    const counted = (path: string): boolean =>
      network.layers.some((layer) => layer.path === path && layer.ordinal > 0);
    if (statement.kind !== "for-each" || selection.layers === undefined) return { ...statement, selection };
    return { ...statement, selection: { ...selection, layers: selection.layers.filter(counted) } };
  };
  return { ...state, body: mapStatements(state.body, resolve) };
}

function withLayers(selection: SelectionIr, structure: StructureName | null, network: Network): SelectionIr {
  const layers = selectedLayers(network, selection, structure);
  return layers === null
    ? selection
    : { ...selection, layers: layers.map((index) => network.layers[index]?.path ?? "") };
}

/** What a selection's layers are candidates for; null for statements about whole layers. */
function structureOf(statement: StatementIr): StructureName | null | undefined {
  switch (statement.kind) {
    case "prune":
    case "restore":
    case "penalize":
    case "freeze":
      return structureKind(statement.structure);
    case "regrow":
      return statement.structure && structureKind(statement.structure);
    case "update":
      return "weights";
    case "reinitialize":
    case "shuffle":
    case "harden":
    case "load":
    case "for-each":
      return null;
    default:
      return undefined;
  }
}
