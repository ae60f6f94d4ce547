import { spawn, spawnSync } from "node:child_process";

/** What opens a terminal for a command: Python's module, else `script` of util-linux; null where a machine has neither. */
const opener = ["python3", "script"].find((name) => spawnSync("which", [name]).status === 0) ?? null;

/** Why tests at a terminal are skipped; null where they are not. */
export const noTerminal: string | null = opener === null ? "neither python3 nor script is there" : null;

const python = `
import fcntl, os, pty, select, struct, sys, termios
pid, fd = pty.fork()
if pid == 0:
    os.execvp(sys.argv[2], sys.argv[2:])
fcntl.ioctl(fd, termios.TIOCSWINSZ, struct.pack("HHHH", 40, int(sys.argv[1]), 0, 0))
os.set_blocking(fd, False)
waiting = b""
while True:
    readable, writable, _ = select.select([fd, 0], [fd] if waiting else [], [])
    try:
        if fd in readable:
            said = os.read(fd, 65536)
            if not said: break
            os.write(1, said)
        if 0 in readable: waiting += os.read(0, 65536)
        if fd in writable: waiting = waiting[os.write(fd, waiting[:4096]):]
    except BlockingIOError: pass
    except OSError: break
sys.exit(os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1]))
`;

/** Milliseconds until output that does not come is given up: no time that a test is to take, but how slow a busy machine may be. */
const patience = 60_000;

export interface PseudoTerminal {
  /** All that it showed. */
  readonly shown: () => string;
  /** Types, and waits until it shows something after that; gives what it showed since. */
  type(keys: string, until: RegExp | string): Promise<string>;
  /** The exit code, once the command has ended. */
  readonly ended: Promise<number | null>;
  kill(): void;
}

/** Runs a command at a terminal of so many columns. */
export function atTerminal(
  command: readonly string[],
  {
    columns,
    cwd,
    env,
  }: { readonly columns: number; readonly cwd: string; readonly env: Readonly<Record<string, string>> },
): PseudoTerminal {
  const quoted = command.map((word) => `'${word.replaceAll("'", "'\\\\''")}'`).join(" ");
  const args =
    opener === "python3"
      ? ["-c", python, String(columns), ...command]
      : ["-qefc", `stty cols ${columns} rows 40; exec ${quoted}`, "/dev/null"];
  const { CI: _, NO_COLOR: __, FORCE_COLOR: ___, ...rest } = process.env;
  const child = spawn(opener ?? "", args, { cwd, env: { ...rest, TERM: "xterm-256color", ...env } });
  let all = "";
  let read = 0;
  const heard = new Set<() => void>();
  child.stdout.setEncoding("utf8").on("data", (text: string) => {
    all += text;
    for (const one of heard) one();
  });
  const ended = new Promise<number | null>((settle) => child.on("close", (code) => settle(code)));
  return {
    shown: () => all,
    ended,
    kill: () => void child.kill("SIGKILL"),
    type(keys, until) {
      const from = read;
      return new Promise((settle, fail) => {
        const look = (): void => {
          const fresh = all.slice(from);
          const at = typeof until === "string" ? fresh.indexOf(until) : fresh.search(until);
          if (at < 0) return;
          heard.delete(look);
          clearTimeout(late);
          read = all.length;
          settle(fresh);
        };
        const late = setTimeout(() => {
          heard.delete(look);
          fail(
            new Error(
              `nothing like ${String(until)} after ${JSON.stringify(keys.slice(0, 80))}: ${all.slice(from).slice(-2000)}`,
            ),
          );
        }, patience);
        heard.add(look);
        if (keys !== "") child.stdin.write(keys);
        look();
      });
    },
  };
}
