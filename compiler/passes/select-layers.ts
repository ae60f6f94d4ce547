import { structureKind } from "../../core/ir/structure.js";
import { selectedLayers } from "../../core/units/select.js";
import type { StructureName } from "../../core/units/candidates.js";
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
    const { selection } = statement;
    // A rule stands in every phase it governs and is checked once.
    if (!checked.has(statement.id)) {
      checked.add(statement.id);
      checkSelection({ statement, selection, structure, network, state });
    }
    const selected = selectedLayers(network, selection, structure)?.flatMap(
      (index) => network.layers[index] ?? [],
    );
    if (selected === undefined) return statement;
    // A loop goes through the layers that `layers 3..9` counts.
    const meant = statement.kind === "for-each" ? selected.filter(({ ordinal }) => ordinal > 0) : selected;
    return { ...statement, selection: { ...selection, layers: meant.map(({ path }) => path) } };
  };
  return { ...state, body: mapStatements(state.body, resolve) };
}

/** What a selection's layers are candidates for; null for statements about whole layers, undefined where a pair has a say. */
function structureOf(statement: StatementIr): StructureName | null | undefined {
  if (statement.kind === "update") return "weights";
  if (!("structure" in statement)) return statement.kind === "regrow" ? undefined : null;
  return statement.structure && structureKind(statement.structure);
}
