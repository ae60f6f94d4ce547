import pc from "picocolors";

/** Exit codes, the same for every command. */
export const EXIT = {
  ok: 0,
  /** The program, network or data has an error, or a `require` failed. */
  failed: 1,
  /** The command line itself is wrong. */
  usage: 2,
} as const;

export type ExitCode = (typeof EXIT)[keyof typeof EXIT];

/** Where a command speaks. Everything a command says goes through one of these, so that tests can listen. */
export interface Terminal {
  /** What was asked for: reports, JSON, formatted text. */
  out(text: string): void;
  /** What happens meanwhile: progress, diagnostics. */
  err(text: string): void;
  /** Width now: a window may be resized while a run goes on. */
  readonly columns: number;
  /** True when a person watches `err`: a progress line may be redrawn in place. */
  readonly live: boolean;
  readonly colors: ReturnType<typeof pc.createColors>;
  readonly cwd: string;
  /** The command line as a person would type it again. */
  readonly command: string;
}

export function processTerminal(): Terminal {
  const { stdout, stderr, env } = process;
  const dumb = env["TERM"] === "dumb";
  const live = stderr.isTTY === true && !dumb && env["CI"] === undefined;
  return {
    out: (text) => void stdout.write(text.endsWith("\n") ? text : `${text}\n`),
    err: (text) => void stderr.write(text),
    get columns() {
      return Math.max(20, stdout.columns ?? stderr.columns ?? 100);
    },
    live,
    colors: pc.createColors(colored(env, stdout.isTTY === true && stderr.isTTY === true && !dumb)),
    cwd: process.cwd(),
    command: ["espalier", ...process.argv.slice(2)]
      .map((word) => (/[\s"'$]/.test(word) ? JSON.stringify(word) : word))
      .join(" "),
  };
}

/** `NO_COLOR` and `FORCE_COLOR` decide when they are set and not empty; else whether both streams are a terminal. */
function colored(env: NodeJS.ProcessEnv, terminal: boolean): boolean {
  if ((env["NO_COLOR"] ?? "") !== "") return false;
  if ((env["FORCE_COLOR"] ?? "") !== "") return env["FORCE_COLOR"] !== "0";
  return terminal;
}
