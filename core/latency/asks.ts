import { conditionsOf, namesOf } from "../ir/accuracy-readers.js";
import type { ExprIr, StepIr } from "../ir/types.js";
import { statements, steps } from "../ir/walk.js";

const isLatency = ({ measure }: { readonly measure: string }): boolean => measure === "latency";

/** Prunes whose budget limits the latency: what they take hangs on the times of layers. */
export const latencyPrunes = (body: readonly StepIr[]) =>
  statements(body).filter((one) => one.kind === "prune" && (one.budget ?? []).some(isLatency));

/** Whether an expression reads the latency. */
export const readsTimes = (expr: ExprIr): boolean =>
  namesOf(expr).some((name) => name === "latency" || name === "start.latency");

/** Whether a step compares the latency, keeps a limit of it or makes it small. */
export const readsLatency = (step: StepIr): boolean =>
  conditionsOf(step).some(readsTimes) || (step.kind === "search" && (step.within ?? []).some(isLatency));

/** Whether a program asks for the times of layers. */
export const asksForLatency = (body: readonly StepIr[]): boolean =>
  latencyPrunes(body).length > 0 || steps(body).some(readsLatency);
