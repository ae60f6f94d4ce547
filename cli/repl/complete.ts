import { readdirSync } from "node:fs";
import { dirname, join, resolve } from "node:path";
import {
  declaredKey,
  namesOf,
  newModule,
  ownDeclarations,
  type DeclaredKind,
} from "../../compiler/passes/module.js";
import { standardLibrary } from "../../compiler/passes/standard.js";
import { augmentationNames } from "../../core/ir/augmentations.js";
import { optimizerNames, optimizers } from "../../core/ir/optimizers.js";
import { qualityNames } from "../../core/ir/qualities.js";
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

/** What the session's statements declare, and the standard library. */
interface Declared {
  readonly names: (kind: DeclaredKind) => readonly string[];
  /** The parameters of a method. */
  readonly parameters: (method: string) => readonly string[];
}

function declaredIn(session: Typed["session"]): Declared {
  const text = (session?.history ?? []).map((one) => one.text).join("\n");
  const { program } = parse(text);
  const standard = standardLibrary();
  const module = newModule({ file: undefined, text, program, standard });
  const own = ownDeclarations(module);
  const used = program.statements.flatMap((one) =>
    one.kind === "use" ? one.names.map(({ text: name }) => name) : [],
  );
  return {
    names: (kind) => [
      ...own.flatMap((one) => (one.kind === kind ? [one.name] : [])),
      ...namesOf(module, kind),
      ...(kind === "method" ? used : []),
    ],
    parameters: (method) => {
      const key = declaredKey("method", method);
      const found = own.find((one) => one.kind === "method" && one.name === method) ?? standard.get(key);
      return found?.kind === "method" ? (found.node.params ?? []).map(({ name }) => name.text) : [];
    },
  };
}

/** The names that fit at a place of the grammar. */
function namesFor(
  { rules }: Expected,
  text: string,
  { names, parameters }: Declared,
  session: Typed["session"],
): readonly string[] {
  const within = (rule: string): boolean => rules.includes(rule);
  const of = /(\w[\w-]*)\s*\(([^()]*)$/.exec(text)?.[1];
  if (of !== undefined) return [...argumentsOf(of), ...parameters(of)].map((name) => `${name}:`);
  if (within("pattern"))
    return session?.network.layers.filter(({ ordinal }) => ordinal > 0).map(({ path }) => path) ?? [];
  if (within("optimizer")) return Object.keys(optimizers);
  if (within("loss")) return losses;
  if (within("augment")) return augmentationNames;
  if (within("keepingBest")) return qualityNames;
  if (within("by")) return within("penalize") ? names("penalty") : names("criterion");
  if (within("declaredCurve")) return names("curve");
  if (within("call")) return names("method");
  return [];
}

/** What an optimizer takes. */
const argumentsOf = (name: string): readonly string[] =>
  optimizerNames.flatMap((one) => (one === name ? ["rate", ...Object.keys(optimizers[one].args)] : []));

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
