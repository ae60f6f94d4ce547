import { cem } from "./agents/cem.js";
import { ddpg } from "./agents/ddpg.js";
import { evolution } from "./agents/evolution.js";
import { random } from "./agents/random.js";
import { reinforce } from "./agents/reinforce.js";
import type { AgentKind, Arguments } from "./types.js";

/** Every agent of the language. */
const agents = { random, evolution, cem, ddpg, reinforce } as const satisfies Readonly<
  Record<string, AgentKind>
>;

export type AgentName = keyof typeof agents;
/** An agent with its arguments, as a program has it. */
interface Chosen {
  readonly name: AgentName;
  readonly args: Arguments;
}

export const agentNames = Object.keys(agents) as readonly AgentName[];
export const agentKind = (name: AgentName): AgentKind => agents[name];

/** Trials of an agent that are drawn before it has learned; null where it never does. */
export const firstTrials = ({ name, args }: Chosen): number | null => {
  const { learnsAfter, args: known } = agentKind(name);
  return learnsAfter === undefined ? null : (args[learnsAfter] ?? known[learnsAfter]?.usual ?? 0);
};

/** Trials of a search by this agent. */
export const trialsOf = ({ name, args }: Chosen): number => {
  const { counts, args: known } = agentKind(name);
  return args[counts] ?? known[counts]?.usual ?? 1;
};
