import { resolve } from "node:path";
import type { CompileOptions } from "../../compiler/compile.js";
import { raise } from "../../core/diagnostics/create.js";
import { statements, trains, withPaired } from "../../core/ir/walk.js";
import { maskedView } from "../../core/masks/masked.js";
import { goingOn, type GoingOn } from "../../runtime/run/host/going-on.js";
import { goToMoment, takeMoment, type Moment } from "../../runtime/run/host/moment.js";
import { givenOf } from "../../runtime/run/host/options.js";
import { openRun } from "../../runtime/run/host/open.js";
import type { OpenRun } from "../../runtime/run/host/run.js";
import type { ProgressEvent } from "../../runtime/run/report/log.js";
import { javascriptOf } from "../../runtime/own/functions.js";
import { importResolver } from "../bound.js";
import { toldOf } from "../javascript.js";
import { measureSensitivity, type Sensitivity, type SensitivityQuestion } from "../measure-sensitivity.js";
import { carryOut, compiledWith, type Means, type Timeline } from "./carry-out.js";
import { statementsIn, type Texts, type Written } from "./compile.js";
import { programText } from "./program.js";
import { layerDifferences, standingOf } from "./standing.js";
import type { Difference, DoneStatement, PruningSession, SessionOptions, Standing } from "./types.js";

/** What statements at a prompt are called in messages. */
const main = "session.prune";

/** A run that is open, what was done with it, and the ways back. */
export class LiveSession implements PruningSession {
  texts: Texts = { main, texts: new Map() };
  #now: Timeline = { statements: [], moments: [], steps: [] };
  #past: readonly Timeline[] = [];
  #future: readonly Timeline[] = [];
  #busy = false;
  #measuring: AbortController | null = null;

  private constructor(
    private readonly options: SessionOptions,
    private readonly run_: OpenRun,
    private readonly goingOn: GoingOn,
    private readonly start: { readonly moment: Moment; readonly standing: Standing },
    private readonly heard: { on: (event: ProgressEvent) => void },
  ) {}

  static async open(options: SessionOptions): Promise<LiveSession> {
    const { network, data, validation, seed, batch, masks, backend, threads } = options;
    const heard = { on: (_: ProgressEvent): void => undefined };
    const onProgress = (event: ProgressEvent): void => {
      heard.on(event);
      options.onProgress?.(event);
    };
    const own = javascriptOf(options);
    const given = { network, data, validation, seed, batch, masks, backend, threads, ...own };
    const run = await openRun(
      givenOf({ ...given, onProgress, latency: false, source: main, compares: ["start", "dense"] }),
    );
    const standing = await standingOf(run.session);
    return new LiveSession(options, run, goingOn(run), { moment: takeMoment(run.session), standing }, heard);
  }

  get network() {
    return this.run_.session.network;
  }
  get parameters() {
    return maskedView(this.run_.session);
  }
  get standing(): Standing {
    return this.#now.statements.at(-1)?.after ?? this.start.standing;
  }
  get history(): readonly DoneStatement[] {
    return this.#now.statements;
  }
  get undoable(): number {
    return this.#past.length;
  }
  get redoable(): number {
    return this.#future.length;
  }

  run(text: string): Promise<readonly DoneStatement[]> {
    return this.#alone(async () => {
      const done: DoneStatement[] = [];
      for (const written of this.#statementsIn(text)) {
        const next = await this.#carryOut(written, this.#now);
        this.#past = [...this.#past, this.#now];
        this.#future = [];
        this.#now = next;
        const last = next.statements.at(-1);
        if (last !== undefined) done.push(last);
        if (this.run_.session.stopped) break;
      }
      return done;
    });
  }

  whatIf(text: string): Promise<readonly DoneStatement[]> {
    return this.#alone(async () => {
      const before = this.#moment;
      let timeline = this.#now;
      try {
        if (this.plan(text).trains)
          raise("P7010", "what trains is not tried", {
            help: "see what is planned (`plan`), or train, look, and `undo`",
          });
        for (const written of this.#statementsIn(text)) {
          timeline = await this.#carryOut(written, timeline);
        }
        return timeline.statements.slice(this.#now.statements.length);
      } finally {
        goToMoment(this.run_.session, before);
      }
    });
  }

  plan(text: string) {
    const done = this.history.map((one) => one.text);
    const means = this.#means(this.#now);
    const written = this.#statementsIn(text).map((one) => one.text);
    const { result, steps } = compiledWith([...done, ...written], means);
    const before = done.length === 0 ? [] : compiledWith(done, means).ir.body;
    const ids = statements(before)
      .flatMap(withPaired)
      .map(({ id }) => id);
    const fresh = steps.slice(this.#now.steps.length);
    means.read(result);
    return { result, from: Math.max(0, ...ids) + 1, trains: fresh.some(({ ir }) => trains(ir)) };
  }

  stop(): void {
    if (this.#measuring !== null) this.#measuring.abort();
    else if (this.#busy) this.run_.stop();
  }

  undo(statements = 1): void {
    this.#check(statements, this.#past.length, "undo");
    const at = this.#past.length - statements;
    const passed = [...this.#past.slice(at + 1), this.#now].toReversed();
    this.#go(this.#past[at]);
    this.#future = [...this.#future, ...passed];
    this.#past = this.#past.slice(0, at);
  }

  redo(statements = 1): void {
    this.#check(statements, this.#future.length, "redo");
    const at = this.#future.length - statements;
    const passed = [this.#now, ...this.#future.slice(at + 1).toReversed()];
    this.#go(this.#future[at]);
    this.#past = [...this.#past, ...passed];
    this.#future = this.#future.slice(0, at);
  }

  sensitivity(question: SensitivityQuestion = {}): Promise<Sensitivity> {
    return this.#alone(async () => {
      const before = this.#moment;
      const { session } = this.run_;
      if (session.data === null)
        raise("P7006", "there is no data to measure on", { help: "open the session with data" });
      const back = (): void => goToMoment(session, before);
      this.#measuring = new AbortController();
      try {
        return await measureSensitivity(this.run_, back, question, this.#measuring.signal);
      } finally {
        this.#measuring = null;
        back();
      }
    });
  }

  diff(statements: number): Difference {
    if (!Number.isInteger(statements) || statements < 0 || statements > this.history.length)
      raise("P7010", `there is no state ${statements}`, {
        help: `they are counted by statements: 0, as it was loaded, to ${this.history.length}, as it stands`,
      });
    const [then, moment] =
      statements === 0
        ? [this.start.standing, this.start.moment]
        : [this.history[statements - 1]?.after, this.#now.moments[statements - 1]];
    const { session } = this.run_;
    const layers = layerDifferences(session, moment ?? this.start.moment, this.#moment);
    return { then: then ?? this.start.standing, now: this.standing, layers };
  }

  program(folder = "."): string {
    return programText(this.history, this.options, resolve(folder));
  }

  async close(): Promise<void> {
    const { executor, data } = this.run_.session;
    executor.dispose();
    await data?.close?.();
  }

  get #moment(): Moment {
    return this.#now.moments.at(-1) ?? this.start.moment;
  }

  #go(timeline: Timeline | undefined): void {
    if (timeline === undefined) return;
    this.#now = timeline;
    goToMoment(this.run_.session, this.#moment);
  }

  #check(asked: number, there: number, what: "undo" | "redo"): void {
    if (this.#busy)
      raise("P7010", "the session is at work", { help: "wait for what it is doing, or `stop()` it" });
    if (Number.isInteger(asked) && asked >= 1 && asked <= there) return;
    if (there === 0) raise("P7010", `there is nothing to ${what}`);
    raise(
      "P7010",
      `there are not ${asked} statements to ${what}: there ${there === 1 ? "is" : "are"} ${there}`,
    );
  }

  /** The statements of a text, without those that name what the session is on. */
  #statementsIn(text: string): readonly Written[] {
    this.texts = { main, texts: new Map([[main, text]]) };
    return statementsIn(text).filter(({ statement }) => {
      if (statement.kind !== "network" && statement.kind !== "data") return true;
      const given = this.options[statement.kind];
      if (typeof given === "string" && resolve(given) === resolve(statement.path.value)) return false;
      return raise("P7010", `the session has its ${statement.kind} from where it was opened`, {
        help: `open another session for \`${statement.path.value}\``,
      });
    });
  }

  #carryOut(written: Written, from: Timeline): Promise<Timeline> {
    return carryOut(written, from, this.#means(from));
  }

  #means(from: Timeline): Means {
    const { options, run_: run, goingOn, start, heard } = this;
    return {
      run,
      goingOn,
      start: start.moment,
      standing: from.statements.at(-1)?.after ?? start.standing,
      compile: this.#compileOptions(),
      javascript: options,
      hear: (listener) => void (heard.on = listener),
      note: (text) => options.onProgress?.({ kind: "note", text }),
      read: (texts) => void (this.texts = texts),
    };
  }

  #compileOptions(): CompileOptions {
    const { session } = this.run_;
    const { seed, batch } = session.options;
    const { channels, elements } = this.start.moment.snapshot.state;
    const { train = null } = session.data ?? {};
    return {
      file: main,
      network: session.loaded,
      data: train?.kind === "indexed" ? train : undefined,
      masks: { channels, elements },
      seed,
      batch,
      set: this.options.set,
      ...toldOf(this.options),
      resolve: importResolver(process.cwd()),
    };
  }

  async #alone<T>(work: () => Promise<T>): Promise<T> {
    if (this.#busy)
      raise("P7010", "the session is at work", { help: "wait for what it is doing, or `stop()` it" });
    this.#busy = true;
    try {
      return await work();
    } finally {
      this.#busy = false;
      this.run_.session.stopped = false;
    }
  }
}
