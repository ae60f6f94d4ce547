import type { OnProgress, ProgressEvent } from "./progress.js";

/** Progress as plain lines, one for each epoch and event: for emitted modules that run on their own. */
export function plainLines(write: (line: string) => void): OnProgress {
  return (event) => {
    const line = lineOf(event);
    if (line !== null) write(line);
  };
}

function lineOf(event: ProgressEvent): string | null {
  switch (event.kind) {
    case "phase":
      return event.text;
    case "epoch":
      return `  epoch ${event.epoch} of ${Math.ceil(event.epochs)}  ${numbers(event)}  ${event.seconds.toFixed(1)} s`;
    case "event":
      return `  ${event.event}: ${event.text}`;
    case "resumed":
      return `resumed at step ${event.step}`;
    case "note":
      return `  note: ${event.text}`;
    case "done":
      return event.out === null ? "done" : `written to ${event.out}`;
    default:
      return null;
  }
}

function numbers(event: Extract<ProgressEvent, { kind: "epoch" }>): string {
  const parts: string[] = [];
  const add = (name: string, value: number | null, written: (value: number) => string): void => {
    if (value !== null) parts.push(`${name} ${written(value)}`);
  };
  const plain = (value: number): string => value.toFixed(4);
  const percent = (value: number): string => `${(100 * value).toFixed(2)} %`;
  add("loss", event.loss, plain);
  add("accuracy", event.accuracy, percent);
  add("test loss", event.testLoss, plain);
  add("test accuracy", event.testAccuracy, percent);
  return parts.join("  ");
}
