import { readdirSync } from "node:fs";
import { dirname, join, resolve } from "node:path";
import { namesOf, newModule, type DeclaredKind } from "../../compiler/passes/module.js";
import { standardLibrary } from "../../compiler/passes/standard.js";
import { augmentationNames } from "../../core/ir/augmentations.js";
import { optimizers } from "../../core/ir/optimizers.js";
import { losses } from "../../core/ir/types.js";
import { expectedAfter, parse, type Expected } from "../../grammar/index.js";
import { commandIn, commands } from "./commands.js";
import type { Interpreter } from "./interpreter.js";
import { viewNames } from "./show.js";

type Typed = Pick<Interpreter, "pending" | "session">;

/** What the line may go on with: [the whole words, the part of a word that they replace], as the line editor wants it. */
export function completions(line: string, typed: Typed): [string[], string] {
  const path = /^(?:load|save\s+program)\s+"?([^"]*)$/.exec(line);
  if (path !== null && !/^load\s+(?:masks|weights)\b/.test(line))
    return [pathsFrom(path[1] ?? ""), path[1] ?? ""];
  const [part = ""] = /[A-Za-z_][\w./>-]*$/.exec(line) ?? [];
  const before = line.slice(0, line.length - part.length);
  const found = new Set(typed.pending === "" ? ofCommands(before) : []);
  const text = commandIn(`${before}x`)?.name === "what if" ? before.replace(/^\s*what\s+if/, "") : before;
  if (found.size === 0 || before.trim() === "")
    for (const word of ofLanguage(typed.pending === "" ? text : `${typed.pending}\n${text}`, typed))
      found.add(word);
  const fitting = [...found].filter((word) => word.startsWith(part)).sort();
  return [fitting, part];
}

/** Words of commands that may follow. */
function ofCommands(before: string): readonly string[] {
  const typed = before.trim().replace(/\s+/g, " ");
  if (typed === "") return [...commands.map(({ usage }) => usage.split(" ")[0] ?? "")];
  if (typed === "show") return viewNames;
  if (typed === "what") return ["if"];
  if (typed === "help") return commands.map(({ name }) => name);
  return [];
}

function ofLanguage(text: string, { session }: Typed): readonly string[] {
  const sensitivity = /^\s*sensitivity\b([^]*)$/.exec(text);
  if (sensitivity !== null) {
    const asked = sensitivity[1] ?? "";
    const rest = asked.trim() === "" ? ["by"] : [];
    return [...rest, ...ofLanguage(`prune${asked}`, { session } as Typed)].filter((word) => word !== "in");
  }
  const begins = /(^|[\n;{}])\s*$/.test(text);
  const declared = declaredIn(session);
  return expectedAfter(text, { begins }).flatMap((one) =>
    one.word !== null ? [one.word] : namesFor(one, text, declared, session),
  );
}

type Names = (kind: DeclaredKind) => readonly string[];

/** What the session's statements declare, and the standard library. */
function declaredIn(session: Typed["session"]): Names {
  const text = (session?.history ?? []).map((one) => one.text).join("\n");
  const { program } = parse(text);
  const own = program.statements.flatMap((one) =>
    "name" in one && one.kind !== "call-statement" ? [one] : [],
  );
  const module = newModule({ file: undefined, text, program, standard: standardLibrary() });
  return (kind) => [
    ...own.flatMap(({ kind: is, name }) => (is === kind && name !== undefined ? [name.text] : [])),
    ...namesOf(module, kind),
  ];
}

/** The names that fit at a place of the grammar. */
function namesFor(
  { rules }: Expected,
  text: string,
  names: Names,
  session: Typed["session"],
): readonly string[] {
  const within = (rule: string): boolean => rules.includes(rule);
  const of = /(\w[\w-]*)\s*\(([^()]*)$/.exec(text)?.[1];
  if (of !== undefined) return argumentsOf(of);
  if (within("pattern"))
    return session?.network.layers.filter(({ ordinal }) => ordinal > 0).map(({ path }) => path) ?? [];
  if (within("optimizer")) return Object.keys(optimizers);
  if (within("loss")) return losses;
  if (within("augment")) return augmentationNames;
  if (within("keepingBest")) return ["accuracy", "loss"];
  if (within("by")) return within("penalize") ? names("penalty") : names("criterion");
  if (within("declaredCurve")) return names("curve");
  if (within("call")) return names("method");
  return [];
}

/** Parameters of a method or an optimizer, ready for their value. */
function argumentsOf(name: string): readonly string[] {
  const written = (parameter: string): string => `${parameter}:`;
  if (Object.hasOwn(optimizers, name))
    return ["rate", ...Object.keys(optimizers[name as keyof typeof optimizers].args)].map(written);
  const method = standardLibrary().get(`method ${name}`);
  const parameters = method?.kind === "method" ? (method.node.params ?? []) : [];
  return parameters.map((one) => written(one.name.text));
}

function pathsFrom(typed: string): string[] {
  const folder = typed.endsWith("/") ? typed : dirname(typed);
  try {
    return readdirSync(resolve(folder), { withFileTypes: true })
      .filter((one) => one.isDirectory() || one.name.endsWith(".prune"))
      .map(
        (one) =>
          (folder === "." && !typed.startsWith("./") ? one.name : join(folder, one.name)) +
          (one.isDirectory() ? "/" : ""),
      )
      .filter((path) => path.startsWith(typed));
  } catch {
    return [];
  }
}
