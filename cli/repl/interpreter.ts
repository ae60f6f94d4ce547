import { readFile, writeFile } from "node:fs/promises";
import { dirname, resolve } from "node:path";
import { bindings } from "../../api/bound.js";
import { openSession } from "../../api/open-session.js";
import { statementsIn, type Texts } from "../../api/session/compile.js";
import type { DoneStatement, PruningSession, SessionOptions } from "../../api/session/types.js";
import { indent, wrap } from "../../compiler/render/text.js";
import { renderDiagnostics } from "../../compiler/render/terminal.js";
import { raise } from "../../core/diagnostics/create.js";
import { DiagnosticError, type Diagnostic } from "../../core/diagnostics/diagnostic.js";
import { counted } from "../../core/ir/words.js";
import { isIncomplete, parse } from "../../grammar/index.js";
import type { ProgressEvent } from "../../runtime/run/report/log.js";
import { reasonOf } from "../../runtime/reason.js";
import { explain } from "../commands/explain.js";
import { progress } from "../progress.js";
import type { Terminal } from "../terminal.js";
import { commandIn, commands, pathIn, type CommandName } from "./commands.js";
import { planLines } from "./plan-lines.js";
import { measureSensitivity } from "./sensitivity.js";
import { diffLines, viewNames, views, type View } from "./show.js";
import { changeLines, standingFacts } from "./statement-lines.js";

/** What a session is opened with, but for what statements may still name. */
export type Binding = Omit<SessionOptions, "network" | "onProgress"> & {
  readonly network?: string | undefined;
};

export type Outcome = "done" | "failed" | "quit";

/** Characters of one statement, or of a file: more is a mistake, and would only be slow. */
const MOST = 100_000;

/** Carries out what is typed, line by line, and says what comes of it. */
export class Interpreter {
  session: PruningSession | null = null;
  /** Lines of a statement that goes on. */
  pending = "";
  #shown;
  #measures = false;
  #stopped = false;
  /** The statement that is carried out. */
  #underWay = "";

  constructor(
    private binding: Binding,
    private readonly terminal: Terminal,
  ) {
    this.#shown = progress(terminal);
  }

  /** Opens the session when what it needs is known. @throws DiagnosticError */
  async open(): Promise<void> {
    const { network } = this.binding;
    if (network === undefined) return;
    const onProgress = (event: ProgressEvent): void => {
      // a phase that is the statement itself stands right above
      const known = event.kind === "phase" && this.#underWay.startsWith(event.text);
      if (!this.#measures && !known) this.#shown.on(event);
    };
    const next = await openSession({ ...this.binding, network, onProgress });
    await this.session?.close();
    this.session = next;
    this.#print([
      `  ${this.terminal.colors.bold(next.network.name)}: ${standingFacts(next.standing).join(" · ")}`,
    ]);
  }

  /** Ends a training or a measurement under way after its step. */
  stop(): void {
    this.#stopped = true;
    this.session?.stop();
  }

  say(text: string): void {
    this.#shown.say(text);
  }

  /** Takes a line. "more": the statement goes on in the next. */
  async take(line: string): Promise<Outcome | "more"> {
    const text = this.pending === "" ? line : `${this.pending}\n${line}`;
    const ends = this.pending !== "" && line.trim() === "";
    this.pending = "";
    if (text.trim() === "") return "done";
    if (text.length > MOST)
      return this.#failed(`a statement of ${text.length} characters: put it into a file and \`load\` it`);
    const command = commandIn(text);
    if (!ends && goesOn(command?.name === "what if" ? command.rest : text, command?.name)) {
      this.pending = text;
      return "more";
    }
    return this.#guarded(() =>
      command === null ? this.#statements(text) : this.#command(command.name, command.rest),
    );
  }

  /** Carries out a file on the network that is open, statement by statement, up to the first that fails. */
  load(path: string): Promise<Outcome> {
    return this.#guarded(() => this.#load(path, this.session === null));
  }

  /** Forgets a statement that goes on. */
  clear(): void {
    this.pending = "";
  }

  async #load(path: string, binds = true): Promise<Outcome> {
    const file = resolve(this.terminal.cwd, path);
    const text = await readFile(file, "utf8").catch((cause: unknown) =>
      raise("P9501", `\`${path}\` cannot be read: ${reasonOf(cause)}`),
    );
    if (text.length > MOST)
      raise("P9501", `\`${path}\` holds ${text.length} characters: is this the right file?`);
    const { program } = parse(text);
    const found = binds ? bindings(program, file) : { network: null, data: null, validation: null };
    return this.#statements(text, { ...found, file: path });
  }

  /** Statements of a text; those that bind bind. */
  async #statements(
    text: string,
    from: {
      readonly network: string | null;
      readonly data: string | null;
      readonly validation: number | null;
      readonly file?: string;
    } = bindings(parse(text).program, undefined),
  ): Promise<Outcome> {
    const known = {
      main: from.file ?? "prompt",
      texts: new Map([[from.file ?? "prompt", text]]),
    };
    let written;
    try {
      written = statementsIn(text);
    } catch (cause) {
      if (!(cause instanceof DiagnosticError)) throw cause;
      this.#report(cause.diagnostics, known);
      return "failed";
    }
    await this.#bind(from);
    const echoes = from.file !== undefined;
    for (const one of written) {
      const { kind } = one.statement;
      if (kind === "network" || kind === "data") continue;
      const { session } = this;
      if (session === null)
        raise("P9506", "there is no network to act on", { help: 'name one: `network "model.json"`' });
      if (echoes) this.say(this.terminal.colors.dim(`> ${one.text.split("\n").join("\n… ")}`));
      this.#underWay = text.slice(one.statement.span.start);
      const done = await session.run(one.text);
      this.#shown.end();
      done.forEach((statement) => this.#tell(statement));
      if (this.#stopped) return "failed";
    }
    return "done";
  }

  /** Takes what statements name as network and data. @throws DiagnosticError where the session has others and was used */
  async #bind({
    network,
    data,
    validation,
  }: {
    readonly network: string | null;
    readonly data: string | null;
    readonly validation: number | null;
  }): Promise<void> {
    const same = (was: unknown, is: string | null): boolean =>
      is === null || (typeof was === "string" && resolve(was) === resolve(is));
    if (same(this.binding.network, network) && same(this.binding.data, data)) return;
    if (this.session !== null && this.session.history.length > 0)
      raise("P7010", "the session has its network and data already, and was used", {
        help: "`undo` what was done, or begin another session for others",
      });
    this.binding = {
      ...this.binding,
      ...(network !== null && { network }),
      ...(data !== null && { data, validation: validation ?? undefined }),
    };
    await this.open();
  }

  #tell(statement: DoneStatement): void {
    const { diagnostics, stopped } = statement;
    if (diagnostics.length > 0) this.#report(diagnostics, this.session?.texts);
    this.#print(changeLines(statement, this.terminal));
    if (stopped === null) return;
    const stays = `stopped after ${counted(stopped.steps, "steps")}; what they did stays`;
    this.#print([
      `  ${this.terminal.colors.yellow(stopped.exact ? stays : `${stays}, but no program can say so: \`save program\` will not give this state`)}`,
    ]);
  }

  async #command(name: CommandName, rest: string): Promise<Outcome> {
    if (name === "quit") return "quit";
    if (name === "help") return this.#help(rest);
    if (name === "load") return this.#load(pathIn(rest));
    const { session, terminal } = this;
    if (session === null)
      return this.#failed('there is no network yet: name one, as in `network "model.json"`');
    switch (name) {
      case "undo":
      case "redo": {
        session[name](rest === "" ? 1 : number(rest, name));
        const last = session.history.at(-1)?.text.replace(/\s+/g, " ") ?? "the network as loaded";
        this.#print([
          `  at ${session.history.length}: ${last}`,
          `  ${standingFacts(session.standing).join(" · ")}`,
        ]);
        return "done";
      }
      case "what if": {
        const plan = session.plan(rest);
        if (plan.trains) {
          this.#print([...planLines(plan, terminal), "  nothing was done"]);
          return "done";
        }
        const done = await session.whatIf(rest);
        this.#shown.end();
        for (const statement of done) this.#tell(statement);
        this.#print(["  nothing was done"]);
        return "done";
      }
      case "sensitivity": {
        this.#measures = true;
        await measureSensitivity(session, rest, () => this.#stopped, terminal);
        return "done";
      }
      case "show": {
        const view = viewNames.find((one) => one === rest);
        if (view === undefined)
          return this.#failed(`\`show\` takes ${list(viewNames)}${rest === "" ? "" : `, not \`${rest}\``}`);
        this.#print(views[view satisfies View](session, terminal));
        return "done";
      }
      case "diff": {
        const to = rest === "" ? Math.max(0, session.history.length - 1) : number(rest, name);
        this.#print(diffLines(session.diff(to), to, terminal));
        return "done";
      }
      case "save program": {
        const path = pathIn(rest);
        if (path === "") return this.#failed("name a file: `save program slim.prune`");
        const file = resolve(terminal.cwd, path);
        const text = session.program(dirname(file));
        await writeFile(file, text).catch((cause: unknown) =>
          raise("P9502", `\`${path}\` cannot be written: ${reasonOf(cause)}`),
        );
        this.#print([`  wrote ${path}: ${counted(session.history.length, "statements")}`]);
        return "done";
      }
    }
  }

  #help(word: string): Outcome {
    if (word !== "") {
      const known = commands.find(({ name, usage }) => name === word || usage.split(" ")[0] === word);
      if (known !== undefined) this.#print([`  ${known.usage}`, `  ${known.about}`]);
      else explain(word, {}, this.terminal);
      return "done";
    }
    const { columns } = this.terminal;
    const widest = Math.max(...commands.map(({ usage }) => usage.length));
    const wide = columns >= widest + 60;
    this.#print([
      ...indent(
        "Statements of the language act at once: prune filters by l1 30%, train 1 epoch, slim …",
        columns,
      ),
      ...commands.flatMap(({ usage, about }) =>
        wide
          ? [`  ${usage.padEnd(widest)}  ${about}`]
          : [...indent(usage, columns), ...wrap(about, columns - 7).map((line) => `      ${line}`)],
      ),
      ...indent("Tab completes; ctrl-c stops a training and keeps its state, or clears the line.", columns),
    ]);
    return "done";
  }

  #report(diagnostics: readonly Diagnostic[], texts: Texts = { main: "", texts: new Map() }): void {
    const { columns, colors: palette } = this.terminal;
    this.terminal.err(renderDiagnostics(diagnostics, { ...texts, columns, palette }));
  }

  #print(lines: readonly string[]): void {
    if (lines.length > 0) this.terminal.out(lines.join("\n"));
  }

  #failed(text: string): Outcome {
    this.#shown.end();
    this.terminal.err(`${this.terminal.colors.red("error")}: ${text}\n`);
    return "failed";
  }

  async #guarded(work: () => Promise<Outcome>): Promise<Outcome> {
    this.#stopped = false;
    try {
      return await work();
    } catch (cause) {
      this.#shown.end();
      if (!(cause instanceof DiagnosticError)) throw cause;
      this.#report(cause.diagnostics, this.session?.texts);
      return "failed";
    } finally {
      this.#measures = false;
    }
  }
}

/** Whether the next line belongs to it too. Open brackets tell without reading the whole anew at every line of a long one. */
function goesOn(text: string, command: CommandName | undefined): boolean {
  if (command !== undefined && command !== "what if") return false;
  return isIncomplete(text);
}

function number(text: string, command: string): number {
  if (/^\d{1,9}$/.test(text)) return Number(text);
  return raise("P7010", `\`${command} ${text}\`: that is no number of statements`);
}

const list = (words: readonly string[]): string =>
  `${words.slice(0, -1).join(", ")} or ${words.at(-1) ?? ""}`;
