import { inspect as inspectNetwork, inspectReport } from "../../compiler/render/inspect.js";
import { networkFacts } from "../../api/bound.js";
import type { Diagnostic } from "../../core/diagnostics/diagnostic.js";
import { diagnosticsJson, report } from "../report.js";
import { EXIT, type ExitCode, type Terminal } from "../terminal.js";

/** Says what a network is made of: layers, shapes, costs, ties, and what of it may be pruned. */
export async function inspect(
  path: string,
  options: { readonly json?: boolean },
  terminal: Terminal,
): Promise<ExitCode> {
  const diagnostics: Diagnostic[] = [];
  const network = (await networkFacts(path, {}, diagnostics))?.network ?? null;
  const { columns, colors: palette } = terminal;
  if (options.json === true) {
    const facts = network && inspectNetwork(network);
    terminal.out(JSON.stringify({ ...facts, diagnostics: diagnosticsJson(diagnostics, null) }, null, 2));
  } else {
    report(diagnostics, null, {}, terminal);
    if (network !== null) terminal.out(inspectReport(inspectNetwork(network), { columns, palette }));
  }
  return network === null ? EXIT.failed : EXIT.ok;
}
