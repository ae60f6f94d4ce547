import { existsSync } from "node:fs";
import { isAbsolute, relative, resolve } from "node:path";
import { quote } from "../../grammar/tokens.js";
import { defaultBatch } from "../../runtime/run/host/options.js";
import type { DoneStatement, SessionOptions } from "./types.js";

/** Statements as a program: what it runs on, what was done, and in a comment what only a command line can say. */
export function programText(
  statements: readonly DoneStatement[],
  options: SessionOptions,
  folder: string,
): string {
  const { network, data, validation, seed = 1, batch = defaultBatch, masks = true, set = {} } = options;
  const flags = [
    ...(seed === 1 ? [] : [`--seed ${seed}`]),
    ...(batch === defaultBatch ? [] : [`--batch ${batch}`]),
    ...(masks ? [] : ["--no-masks"]),
    ...Object.entries(set).map(([name, value]) => `--set ${name}=${value}`),
  ];
  const cut = statements.filter(({ stopped }) => stopped?.exact === false);
  const holding = validation === undefined ? "" : ` validation ${100 * validation}%`;
  const lines = [
    ...(flags.length === 0 ? [] : [`# runs as it did with ${flags.join(" ")}`]),
    ...cut.map(
      ({ text, stopped }) =>
        `# not what was done: \`${text.split("\n").at(0) ?? ""}\` was stopped after ${stopped?.steps ?? 0} steps`,
    ),
    ...(typeof network === "string" ? [`network ${quote(pathFrom(folder, network))}`] : []),
    ...(typeof data === "string" ? [`data ${quote(pathFrom(folder, data))}${holding}`] : []),
    "",
    ...statements.map(({ text }) => text),
  ];
  return `${lines.join("\n").replace(/^\n+/, "")}\n`;
}

/** A path as a program in a folder has it; names that are no file stay as they are. */
function pathFrom(folder: string, path: string): string {
  if (!existsSync(path)) return path;
  const from = relative(folder, resolve(path)).replaceAll("\\", "/");
  if (from === "") return ".";
  return isAbsolute(path) && from.startsWith("..") ? path : from;
}
