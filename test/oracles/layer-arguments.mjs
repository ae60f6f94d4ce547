// Records which arguments the layer classes of @tensorflow/tfjs-layers take, in the spelling of files: `node layer-arguments.mjs` on stdout.

import { createRequire } from "node:module";
import { dirname, join } from "node:path";
import ts from "typescript";

const require = createRequire(import.meta.url);
const root = dirname(require.resolve("@tensorflow/tfjs-layers/package.json"));
const { version } = require("@tensorflow/tfjs-layers/package.json");
const { layers } = require("@tensorflow/tfjs-layers");
const program = ts.createProgram([join(root, "dist/exports_layers.d.ts")], { strict: true });
const checker = program.getTypeChecker();
const snake = (name) => name.replace(/[A-Z]/g, (letter) => `_${letter.toLowerCase()}`);

const classes = {};
for (const file of program.getSourceFiles()) {
  if (!file.fileName.startsWith(join(root, "dist/layers"))) continue;
  ts.forEachChild(file, (node) => {
    if (!ts.isClassDeclaration(node) || node.name === undefined) return;
    const type = checker.getTypeAtLocation(node);
    if (!type.getProperty("getWeights") || !Object.values(layers).some((made) => made.name === "" || made))
      return;
    const [constructor] = checker
      .getTypeOfSymbol(checker.getSymbolAtLocation(node.name))
      .getConstructSignatures();
    const [first] = constructor?.getParameters() ?? [];
    if (first === undefined) return;
    const given = checker.getNonNullableType(checker.getTypeOfSymbolAtLocation(first, node));
    classes[node.name.text] = given
      .getProperties()
      .map((property) => snake(property.name))
      .sort();
  });
}
process.stdout.write(JSON.stringify({ version, classes }));
