/** What chooses the values of a `search`: proposals and rewards, nothing of networks. */

/** One number that a search chooses: of the whole program, or of the layers that share their units. */
export interface Decision {
  /** Share of the network's cost that hangs on it; 0 where it hangs on none in particular. */
  readonly cost: number;
  /** What an agent may know of its layers (decisions.ts): numbers from 0 to about 1. As many for every decision. */
  readonly facts: readonly number[];
}

export interface Problem {
  readonly seed: number;
  /** Of the statement: two searches draw from streams of their own. */
  readonly id: number;
  readonly decisions: readonly Decision[];
}

/** A number from 0 to 1 for each decision: 0 is the lower end of the range, 1 the upper. */
export type Point = readonly number[];

/**
 * An agent is a function of what it was told, in order: a search that is resumed opens it anew and tells it all trials so far.
 * Rewards are compared with each other and may have any scale; higher is better.
 */
export interface Agent {
  /** Of the trial with this number, from 0. */
  propose(trial: number): Point;
  /** What was tried in the end, repaired where it was over the budget, and what came of it. */
  learn(point: Point, reward: number): void;
}

export interface AgentArgument {
  readonly usual: number;
  readonly least: number;
  readonly most: number;
  /** Neither end is allowed. */
  readonly open?: true;
  readonly whole?: true;
}

export type Arguments = Readonly<Record<string, number>>;

/** A kind of agent: its arguments, the one that gives the number of trials first, and how it is opened. */
export interface AgentKind {
  readonly args: Readonly<Record<string, AgentArgument>>;
  /** The argument that says how many trials there are. */
  readonly counts: "trials" | "episodes" | "rollouts";
  /** The argument that says how many trials are drawn before it has learned; unset for what never learns. */
  readonly learnsAfter?: string;
  open(problem: Problem, args: Arguments): Agent;
}

/** How many trials a search makes. */
export const whole = (usual: number, least = 1, most = 100_000): AgentArgument => ({
  usual,
  least,
  most,
  whole: true,
});
/** How far an agent that learns goes at each step. */
export const rate = (usual: number): AgentArgument => ({ usual, least: 0, most: 1, open: true });
export const share = (usual: number): AgentArgument => ({ usual, least: 0, most: 1, open: true });

export const unit = (value: number): number => Math.min(1, Math.max(0, value));
