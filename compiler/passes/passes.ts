import { awaitRestores } from "./await-restores.js";
import { checkDeclarations } from "./check-declarations.js";
import { checkLastRates } from "./check-last-rates.js";
import { checkManners } from "./check-manners.js";
import { checkShuffles } from "./check-shuffles.js";
import { resolveRewinds } from "./resolve-rewinds.js";
import { selectLayers } from "./select-layers.js";
import { bindFiles } from "./bind-files.js";
import { bindParameters } from "./bind-parameters.js";
import { checkBlocks } from "./check-blocks.js";
import { expandMethods } from "./expand-methods.js";
import { lowerStatements } from "./lower-statements.js";
import { placeTraining } from "./place-training.js";
import { resolveImports } from "./resolve-imports.js";
import type { Pass } from "./state.js";

/** Everything between the syntax tree and the IR, in order. A stage runs only when no mistake was found before it. */
export const stages: readonly (readonly Pass[])[] = [
  [
    { name: "bind-files", run: bindFiles },
    { name: "resolve-imports", run: resolveImports },
    { name: "bind-parameters", run: bindParameters },
    { name: "check-declarations", run: checkDeclarations },
    { name: "expand-methods", run: expandMethods },
    { name: "check-blocks", run: checkBlocks },
    { name: "place-training", run: placeTraining },
    { name: "lower-statements", run: lowerStatements },
  ],
  [
    { name: "resolve-rewinds", run: resolveRewinds },
    { name: "check-last-rates", run: checkLastRates },
    { name: "check-shuffles", run: checkShuffles },
    { name: "select-layers", run: selectLayers },
    { name: "check-manners", run: checkManners },
    { name: "await-restores", run: awaitRestores },
  ],
];
