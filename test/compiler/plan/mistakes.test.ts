import { join } from "node:path";
import { compile } from "../../../compiler/compile.js";
import { runMistakes } from "../../helpers/cases.js";
import { caseOptions } from "../../helpers/front-case.js";

const directory = join(import.meta.dirname, "../../cases/mistakes/plan");

runMistakes(directory, (text, path) => compile(text, caseOptions(text, path)).diagnostics);
