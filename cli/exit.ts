/** Exit codes, the same for every command. */
export const EXIT = {
  ok: 0,
  /** The program, network or data has an error, or a `require` failed. */
  failed: 1,
  /** The command line itself is wrong. */
  usage: 2,
} as const;

export type ExitCode = (typeof EXIT)[keyof typeof EXIT];
