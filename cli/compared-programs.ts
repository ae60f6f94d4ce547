import { basename } from "node:path";
import { raise } from "../core/diagnostics/create.js";
import { similar } from "../core/diagnostics/nearest.js";
import { parse } from "../grammar/index.js";
import { programOf } from "../compiler/render/methods.js";
import { controlNames } from "../api/compare/controls.js";
import type { ComparedProgram } from "../api/compare/types.js";
import { raiseUnknown } from "./commands/methods.js";
import { readProgram } from "./read-program.js";
import type { Terminal } from "./terminal.js";

/** What is varied where nothing else is said: the first of these that a program has. */
const usual = ["sparsity", "share"];
const usualAmounts = ["50%", "80%", "90%", "95%", "98%"];

interface Given {
  readonly amounts?: readonly string[] | undefined;
  readonly set?: Readonly<Record<string, string>> | undefined;
}

interface Asked {
  readonly programs: readonly ComparedProgram[];
  /** Values of `sparsity` for the controls. */
  readonly amounts: readonly string[];
  /** Remarks for whoever asked. */
  readonly notes: readonly string[];
}

/**
 * The programs that a command line names, files and methods of `std`, each with the `param` that is varied and what is set.
 * @throws DiagnosticError P9501, P9503, P9504
 */
export async function comparedPrograms(
  named: readonly string[],
  { amounts = [], set = {} }: Given,
  terminal: Terminal,
): Promise<Asked> {
  if (named.length === 0)
    raise("P9504", "there is nothing to compare", {
      help: "name programs, files or methods: `espalier compare han agp mine.prune`",
    });
  const texts = await Promise.all(named.map((one) => textOf(one, terminal)));
  const names = texts.map(({ name }) => name);
  const twice = names.find((name, i) => names.indexOf(name) !== i);
  if (twice !== undefined)
    raise("P9504", `two programs are called \`${twice}\``, { help: "rename one of the files" });
  const taken = names.find((name) => controlNames.some((one) => one === name));
  if (taken !== undefined)
    raise("P9504", `\`${taken}\` is the name of a control`, { help: "rename the file" });
  const asked = amounts.map((text) => amountsIn(text, names));
  const settings = Object.entries(set).map(([key, value]) => ({ ...scoped(key, names), value, key }));
  const notes: string[] = [];
  const used = new Set<unknown>();
  const programs = texts.map(({ name, file, text }): ComparedProgram => {
    const params = paramsOf(text, file);
    const ours = settings.filter((one) => (one.program ?? name) === name && params.includes(one.param));
    for (const one of ours) used.add(one);
    // What is said of one program wins over what is said of all.
    const own = ours.sort((a, b) => Number(a.program !== null) - Number(b.program !== null));
    const fits = asked.filter(
      (one) => (one.program ?? name) === name && (one.param === null || params.includes(one.param)),
    );
    const chosen = fits.find((one) => one.program !== null) ?? fits.find((one) => one.param !== null);
    if (chosen !== undefined) used.add(chosen);
    const plain = fits.find((one) => one.param === null);
    if (plain !== undefined) used.add(plain);
    const param = chosen?.param ?? usual.find((one) => params.includes(one));
    const base = { name, file, text, set: Object.fromEntries(own.map((one) => [one.param, one.value])) };
    if (param !== undefined && !(param in base.set && chosen === undefined))
      return { ...base, amounts: { param, values: (chosen ?? plain)?.values ?? usualAmounts } };
    if (param === undefined) notes.push(runsOnce(name, params));
    return { ...base, amounts: null };
  });
  for (const one of [...asked, ...settings]) if (!used.has(one)) refuse(one, texts);
  return { programs, amounts: asked.find((one) => one.param === null)?.values ?? usualAmounts, notes };
}

const runsOnce = (name: string, params: readonly string[]): string => {
  const other = params.find((one) => !["epochs", "retrain"].includes(one));
  const help =
    other === undefined ? "" : `; vary another of its parameters as in \`--amounts ${name}.${other}=…\``;
  return `${name} has no parameter \`${usual.join("` or `")}\` and runs once${help}`;
};

async function textOf(
  named: string,
  terminal: Terminal,
): Promise<{ name: string; file: string; text: string }> {
  if (/[./\\]/.test(named)) {
    const text = await readProgram(named, terminal);
    return { name: basename(named).replace(/\.prune$/, ""), file: named, text };
  }
  return { name: named, file: `${named}.prune`, text: programOf(named) ?? raiseUnknown(named) };
}

/** Names of the parameters that a program has; those of one with mistakes as far as it can be read. */
const paramsOf = (text: string, file: string): readonly string[] =>
  parse(text, file).program.statements.flatMap((one) => (one.kind === "param" ? [one.name.text] : []));

interface Amounts {
  /** Null: of every program. */
  readonly program: string | null;
  /** Null: the usual one. */
  readonly param: string | null;
  readonly values: readonly string[];
  /** As written, before the sign of equality. */
  readonly key: string;
}

/** `50%,80%`, `rounds=2,5` or `han.rounds=2,5`. */
function amountsIn(text: string, names: readonly string[]): Amounts {
  const at = text.indexOf("=");
  const key = at < 0 ? "" : text.slice(0, at).trim();
  const { program, param } = at < 0 ? { program: null, param: null } : scoped(key, names);
  const values = text
    .slice(at + 1)
    .split(",")
    .map((one) => one.trim());
  const help = "write amounts as in `--amounts 50%,80%,90%` or `--amounts han.rounds=2,5,10`";
  if (values.includes("")) raise("P9504", `\`--amounts ${text}\` has an empty amount`, { help });
  if (param === "") raise("P9504", `\`--amounts ${text}\` names no parameter`, { help });
  return { program, param, values: [...new Set(values)], key };
}

/** `han.rounds` or `rounds`. */
function scoped(
  key: string,
  names: readonly string[],
): { readonly program: string | null; readonly param: string } {
  const program = names.find((name) => key.startsWith(`${name}.`)) ?? null;
  return { program, param: program === null ? key : key.slice(program.length + 1) };
}

function refuse(
  {
    program,
    param,
    key,
  }: { readonly program: string | null; readonly param: string | null; readonly key: string },
  texts: readonly { readonly name: string; readonly file: string; readonly text: string }[],
): never {
  const meant = texts.filter(({ name }) => program === null || name === program);
  const known = [...new Set(meant.flatMap(({ text, file }) => paramsOf(text, file)))];
  const who = program === null ? "none of the programs has" : `\`${program}\` does not have`;
  if (param === null)
    return raise("P9504", "no program has a parameter that `--amounts` could vary", {
      help: `name one as in \`--amounts NAME=…\`; there are ${known.join(", ") || "none"}`,
    });
  return raise("P9504", `${who} a parameter \`${param}\`, as \`${key}\` asks for`, {
    help:
      similar(param, known, "parameter") ??
      (known.length === 0 ? "there are none" : `there are ${known.join(", ")}`),
  });
}
