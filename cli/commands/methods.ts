import { unknownName } from "../../core/diagnostics/elsewhere.js";
import { raise } from "../../core/diagnostics/create.js";
import { allMethods, commandOf, methodFacts, methodList, methodText } from "../../compiler/render/methods.js";
import { EXIT, type ExitCode, type Terminal } from "../terminal.js";

/** Lists the methods of the standard library, or tells all of one: its program, its parameters, and what was shown of it. */
export function methods(
  name: string | undefined,
  options: { readonly json?: boolean },
  terminal: Terminal,
): ExitCode {
  const json = options.json === true;
  if (name === undefined) {
    const list = allMethods().map(({ name, about, paper }) => ({ name, about, paper }));
    terminal.out(json ? JSON.stringify({ methods: list }, null, 2) : methodList());
    return EXIT.ok;
  }
  const facts = methodFacts(name) ?? raiseUnknown(name);
  const told = { ...facts, command: commandOf(name) };
  terminal.out(json ? JSON.stringify(told, null, 2) : methodText(facts, terminal.columns));
  return EXIT.ok;
}

/** @throws DiagnosticError that names the nearest methods */
export function raiseUnknown(name: string): never {
  const known = allMethods().map((one) => one.name);
  const { help } = unknownName(undefined, name, undefined, known, {
    otherwise: "`espalier methods` lists them",
  });
  return raise("P9503", `\`std\` has no method \`${name}\``, { help });
}
