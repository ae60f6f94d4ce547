import pc from "picocolors";

/** Where a command speaks. Everything a command says goes through one of these, so that tests can listen. */
export interface Terminal {
  /** What was asked for: reports, JSON, formatted text. */
  out(text: string): void;
  /** What happens meanwhile: progress, diagnostics. */
  err(text: string): void;
  readonly columns: number;
  /** True when a person watches `err`: a progress line may be redrawn in place. */
  readonly live: boolean;
  readonly colors: ReturnType<typeof pc.createColors>;
  readonly cwd: string;
}

export function processTerminal(): Terminal {
  const live =
    process.stderr.isTTY === true && process.env["TERM"] !== "dumb" && process.env["CI"] === undefined;
  return {
    out: (text) => void process.stdout.write(text.endsWith("\n") ? text : `${text}\n`),
    err: (text) => void process.stderr.write(text),
    columns: Math.max(40, process.stdout.columns ?? process.stderr.columns ?? 100),
    live,
    colors: pc.createColors(pc.isColorSupported),
    cwd: process.cwd(),
  };
}
