import type { ProgressEvent } from "../runtime/run/report/log.js";
import { percent } from "../runtime/report/numbers.js";
import type { Terminal } from "./terminal.js";

type StepEvent = Extract<ProgressEvent, { kind: "step" }>;

/** Redrawn at most this often, in seconds. */
const REDRAW = 0.1;
/** Without a terminal, a line about steps appears at most this often, in seconds. */
const PLAIN = 15;
/** Steps the rate is measured over. */
const WINDOW = 50;

/** Shows a run as it goes: lines for what happened, and one line in place for where it stands when somebody watches. */
export function progress(terminal: Terminal): {
  on(event: ProgressEvent): void;
  /** Prints a line of one's own. */
  say(text: string): void;
  end(): void;
} {
  const { live, colors } = terminal;
  const recent: { readonly done: number; readonly seconds: number }[] = [];
  let drawn = false;
  let lastDrawn = -Infinity;

  const clear = () => {
    if (drawn) terminal.err("\r\u001b[2K");
    drawn = false;
  };
  const line = (text: string) => {
    clear();
    terminal.err(`${text}\n`);
  };
  const step = (event: StepEvent) => {
    recent.push({ done: event.step, seconds: event.seconds });
    if (recent.length > WINDOW) recent.shift();
    const last = event.step === event.steps;
    if (!last && event.seconds - lastDrawn < (live ? REDRAW : PLAIN)) return;
    if (!live && lastDrawn === -Infinity) lastDrawn = event.seconds;
    else if (live || event.seconds - lastDrawn >= PLAIN) {
      lastDrawn = event.seconds;
      const rate = rateOf(recent);
      const text = live
        ? stepLine(event, rate, terminal.columns - 1)
        : `  ${stepFacts(event, rate).join("  ")}`;
      if (live) terminal.err(`\r\u001b[2K${text}`);
      else terminal.err(`${text}\n`);
      drawn = live;
    }
  };
  return {
    on(event) {
      if (event.kind === "step") step(event);
      else if (event.kind === "phase") {
        recent.length = 0;
        lastDrawn = -Infinity;
        line(colors.bold(event.text));
      } else if (event.kind === "epoch") line(epochLine(event, live ? terminal.columns : Infinity));
      else if (event.kind === "event") line(`  ${colors.green(event.event)} ${event.text}`);
      else if (event.kind === "resumed") line(`resumed at step ${event.step}, epoch ${event.epoch}`);
      else if (event.kind === "note") line(`  ${colors.yellow("note")} ${event.text}`);
      else if (event.kind === "done") clear();
    },
    say: line,
    end: clear,
  };
}

/** Steps a second over the last steps; null before two are known. */
function rateOf(recent: readonly { done: number; seconds: number }[]): number | null {
  const first = recent[0];
  const last = recent[recent.length - 1];
  if (!first || !last || last.seconds <= first.seconds || last.done <= first.done) return null;
  return (last.done - first.done) / (last.seconds - first.seconds);
}

/** What a step line tells, the least important last but for the time left. */
function stepFacts(event: StepEvent, rate: number | null): string[] {
  return [
    `epoch ${event.epoch}/${Math.ceil(event.epochs)}`,
    `step ${event.step}/${event.steps}`,
    `loss ${event.loss.toPrecision(4)}`,
    ...(event.accuracy === null ? [] : [`accuracy ${percent(event.accuracy)}`]),
    ...(rate === null
      ? []
      : [
          `${rate < 10 ? rate.toFixed(1) : Math.round(rate)} steps/s`,
          `${clock((event.steps - event.step) / rate)} left`,
        ]),
  ];
}

/** One line of at most `width` columns: where it is narrow, accuracy, loss and rate give way, in this order; where wide, a bar. */
export function stepLine(event: StepEvent, rate: number | null, width: number): string {
  let facts = stepFacts(event, rate);
  for (const word of ["accuracy", "loss", "steps/s", "epoch"]) {
    if (facts.join("  ").length <= width) break;
    facts = facts.filter((fact) => !fact.includes(word));
  }
  const text = facts.join("  ");
  const room = Math.min(24, width - text.length - 2);
  if (room < 8) return text.slice(0, width);
  const done = Math.round((event.steps === 0 ? 1 : event.step / event.steps) * room);
  return `${"━".repeat(done)}${"╌".repeat(room - done)}  ${text}`;
}

type EpochEvent = Extract<ProgressEvent, { kind: "epoch" }>;

/** One line; where it is narrow, the time, the training accuracy and the loss give way, in this order. */
export function epochLine(event: EpochEvent, width: number): string {
  const tested =
    event.testAccuracy !== null
      ? [`test accuracy ${percent(event.testAccuracy, 2)}`]
      : event.testLoss !== null
        ? [`test loss ${event.testLoss.toPrecision(4)}`]
        : [];
  for (const [name, value] of Object.entries(event.testMetrics ?? {}))
    tested.push(`test ${name} ${value.toPrecision(4)}`);
  const loss = event.loss === null ? [] : [`loss ${event.loss.toPrecision(4)}`];
  const accuracy = event.accuracy === null ? [] : [`accuracy ${percent(event.accuracy)}`];
  const shown = [
    [...loss, ...accuracy, ...tested, `at ${clock(event.seconds)}`],
    [...loss, ...accuracy, ...tested],
    [...loss, ...tested],
    tested,
  ].map((facts) => [`  epoch ${event.epoch}/${Math.ceil(event.epochs)}`, ...facts].join("  "));
  return shown.find((text) => text.length <= width) ?? shown.at(-1) ?? "";
}

export function clock(seconds: number): string {
  const whole = Math.max(0, Math.round(seconds));
  const pad = (value: number) => String(value).padStart(2, "0");
  const hours = Math.floor(whole / 3600);
  const minutes = Math.floor((whole % 3600) / 60);
  return hours > 0 ? `${hours}:${pad(minutes)}:${pad(whole % 60)}` : `${minutes}:${pad(whole % 60)}`;
}
