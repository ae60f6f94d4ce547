import { Command, CommanderError, InvalidArgumentError } from "commander";
import { version } from "../compiler/version.js";
import { unknownName } from "../core/diagnostics/elsewhere.js";
import { EXIT, type ExitCode, type Terminal } from "./terminal.js";

/** `a=b` options, collected. */
function setting(text: string, known: Record<string, string>): Record<string, string> {
  const at = text.indexOf("=");
  if (at < 1) throw new InvalidArgumentError("write name=value, as in --set sparsity=95%");
  return { ...known, [text.slice(0, at).trim()]: text.slice(at + 1).trim() };
}

function whole(least: number, most = Number.MAX_SAFE_INTEGER): (text: string) => number {
  return (text) => {
    const value = Number(text);
    if (!/^\d+$/.test(text) || value < least || value > most)
      throw new InvalidArgumentError(
        `write a whole number from ${least}${most === Number.MAX_SAFE_INTEGER ? "" : ` to ${most}`}`,
      );
    return value;
  };
}

const bound = (command: Command) =>
  command
    .option("--network <path>", "model.json, its folder, or a JavaScript module that exports the network")
    .option("--data <path>", "data file or folder, or `mnist`")
    .option("--set <name=value>", "set a `param` of the program (repeatable)", setting, {})
    .option("--epochs <n>", "length of a program that says none", whole(1, 1e9))
    .option("--batch <n>", "examples per step where the program says none", whole(1, 2 ** 24))
    .option("--no-masks", "let weights train that masks beside the network hold at zero");

/** Nothing of a program's JavaScript runs before it is run, but where it is asked what its scores read. */
const lookingInto = [
  "--allow-js",
  "let the JavaScript be loaded that the program names, to know what its scores read",
] as const;

/** What `latency` in a program goes by. */
const timed = (command: Command) =>
  command
    .option(
      "--latency-table <file>",
      "times of layers for `latency`: the report.json of another run (measured)",
    )
    .option(
      "--latency-batch <n>",
      "examples of the predictions whose time `latency` is (1)",
      whole(1, 2 ** 16),
    );

/** `1,2,3`, each once. */
function seeds(text: string): readonly number[] {
  return [...new Set(text.split(",").map((one) => whole(0)(one.trim())))];
}

/** In the place of a file. */
const byMethod = [
  "--method <name>",
  "a method of the standard library; `--set` gives its parameters",
] as const;

const seeded = (command: Command) =>
  bound(command).option("--seed <n>", "seed of everything random (1)", whole(0));

const backed = (command: Command) =>
  command
    .option("--backend <name>", "auto, node, wasm or cpu (auto)")
    .option("--threads <n>", "threads of the wasm backend", whole(1, 1024));

/** Who speaks: the commands, and the parser of the command line about mistakes in it. */
interface Speakers {
  readonly commands: Terminal;
  readonly parser: Terminal;
}

/** The command line as data; `finish` receives the exit code of the command that ran. Commands load their code when called. */
function commandLine(speakers: Speakers, finish: (code: ExitCode) => void): Command {
  const { commands: terminal, parser } = speakers;
  const main = new Command("espalier")
    .description("Prune neural networks by a schedule written in a few words.")
    .version(version)
    .exitOverride()
    .showSuggestionAfterError()
    .configureOutput({ writeOut: (text) => parser.out(text), writeErr: (text) => parser.err(text) });
  const command = (name: string, about: string) =>
    main.command(name).description(about).option("--json", "print the result as JSON");

  timed(
    bound(
      command("check [files...]", "say what programs will do, before any training (`-`: standard input)"),
    ),
  )
    .option("--measure", "time the layers of networks whose `latency` is limited and not known yet")
    .option(...byMethod)
    .option("--fix", "apply the fixes that messages carry, and check what they leave")
    .option(...lookingInto)
    .option("--events", "list every event on a line of its own, however many there are")
    .option("--watch", "check again whenever a file that was read changes")
    .action(async (files, options) =>
      finish(await (await import("./commands/check.js")).check(files, options, terminal)),
    );
  seeded(command("compile [file]", "write the training loop a program stands for"))
    .option(...byMethod)
    .option("-o, --out <path>", "where to write it (standard output)")
    .option(...lookingInto)
    .option("--emit <what>", "tokens, ast, ir, plan, js, map or types, those of an import (js)")
    .option("--typescript", "write the loop in TypeScript")
    .option("--watch", "compile again whenever a file that was read changes")
    .option("--timings", "print how long each stage took")
    .action(async (file, options) =>
      finish(await (await import("./commands/compile.js")).compileCommand(file, options, terminal)),
    );
  backed(
    timed(seeded(command("run [file]", "train, prune and write the smaller network")))
      .option(...byMethod)
      .option(
        "--out <folder>",
        "where results and checkpoints go (a folder named after the program; of standard input, `-`: espalier-out)",
      )
      .option("--resume", "continue from the last checkpoint in the output folder")
      .option("--restart", "begin anew over what an earlier run left in the output folder")
      .option("--checkpoint-every <interval>", "as 30s or 200steps (60s)")
      .option("--log <file>", "write the run into a file as it goes, an object a line (JSONL)")
      .option("--tensorboard <folder>", "write event files that TensorBoard shows"),
  )
    .option("--quiet", "print the result only")
    .option("--allow-js", "let the JavaScript run that the program names")
    .action(async (file, options) =>
      finish(await (await import("./commands/run.js")).run(file, options, terminal)),
    );
  backed(
    main
      .command("repl [file]")
      .description("a prompt whose statements act on a network at once; a file is carried out first")
      .option("--network <path>", "model.json, its folder, or a JavaScript module that exports the network")
      .option("--data <path>", "data file or folder, or `mnist`")
      .option("--set <name=value>", "set a `param` of the statements (repeatable)", setting, {})
      .option("--batch <n>", "examples per step where a statement says none", whole(1, 2 ** 24))
      .option("--no-masks", "let weights train that masks beside the network hold at zero")
      .option("--seed <n>", "seed of everything random (1)", whole(0)),
  )
    .option("--allow-js", "let the JavaScript run that statements name")
    .action(async (file, options) =>
      finish(await (await import("./commands/repl.js")).repl(file, options, terminal)),
    );
  backed(
    bound(command("compare [programs...]", "run programs and methods at several amounts with several seeds"))
      .option(
        "--amounts <list>",
        "values of `sparsity` or `share` (50%,80%,90%,95%,98%); another parameter: han.rounds=2,5 (repeatable)",
        (text: string, known: readonly string[] = []) => [...known, text],
      )
      .option("--seeds <list>", "seeds of everything random (1,2,3)", seeds)
      .option("--no-controls", "leave out what is compared with: dense, random, magnitude")
      .option("--out <folder>", "where runs and tables go; what is complete there stays (compare-out)")
      .option("--jobs <n>", "processes at a time (as many as there are cores)", whole(1, 1024))
      .option("--checkpoint-every <interval>", "as 30s or 200steps (60s)")
      .option("--quiet", "print the result only")
      .option("--allow-js", "let the JavaScript run that programs name"),
  ).action(async (programs, options) =>
    finish(await (await import("./commands/compare.js")).compare(programs, options, terminal)),
  );
  command("inspect <network>", "say what a network is made of, and what of it may be pruned").action(
    async (network, options) =>
      finish(await (await import("./commands/inspect.js")).inspect(network, options, terminal)),
  );
  backed(command("sensitivity <network>", "measure how much each group of tied layers may lose"))
    .requiredOption("--data <path>", "data file or folder, or `mnist`")
    .option("--by <criterion>", "score whose lowest goes first (l1)")
    .option("--structure <what>", "what is pruned: units, filters, neurons, weights … (units)")
    .option("--seed <n>", "seed of everything random (1)", whole(0))
    .action(async (network, options) =>
      finish(await (await import("./commands/sensitivity.js")).sensitivity(network, options, terminal)),
    );
  command("fmt <files...>", "format programs in place; `-` formats standard input")
    .option("--check", "write nothing; exit 1 when a file is not formatted")
    .action(async (files, options) =>
      finish(await (await import("./commands/fmt.js")).fmt(files, options, terminal)),
    );
  command("explain <what>", "explain a diagnostic, a standard method or a word: P4002, rigl, prune").action(
    async (code, options) => finish((await import("./commands/explain.js")).explain(code, options, terminal)),
  );
  command("methods [name]", "list the methods of the standard library, or tell all of one").action(
    async (name, options) => finish((await import("./commands/methods.js")).methods(name, options, terminal)),
  );
  backed(command("doctor", "say which backend is used, why, and how to get more")).action(async (options) =>
    finish(await (await import("./commands/doctor.js")).doctor(options, terminal)),
  );
  main
    .command("setup-native")
    .description("install tfjs-node, also where its own installer cannot reach its files")
    .action(async () => finish(await (await import("./commands/setup-native.js")).setupNative()));
  command("init [folder]", "write what there is to start from, beside what is there")
    .option("--network <path>", "a network of your own: a program for it, and data of its shapes to fill in")
    .action(async (folder, options) =>
      finish(await (await import("./commands/init.js")).init(folder ?? ".", options, terminal)),
    );
  main.on("command:*", ([name = ""]: readonly string[]) => {
    const known = main.commands.map((one) => one.name());
    const { help } = unknownName("command", name, undefined, known, { what: "command" });
    main.error(`error: unknown command '${name}'\n(${help})`);
  });
  return main;
}

/**
 * Runs one command line. Usage mistakes are 2; a thrown error is a bug of ours and says so. With `--json` anywhere in it, standard
 * output gets one JSON document, whatever happens.
 */
export async function main(argv: readonly string[], terminal: Terminal): Promise<ExitCode> {
  let code: ExitCode = EXIT.ok;
  const json = argv.includes("--json");
  let usage = "";
  const quiet = { ...terminal, columns: terminal.columns, err: (text: string) => void (usage += text) };
  const speakers = { commands: terminal, parser: json ? quiet : terminal };
  try {
    await commandLine(speakers, (result) => (code = result)).parseAsync(argv, { from: "user" });
    return code;
  } catch (cause) {
    const failure = await import("./failure.js");
    if (!(cause instanceof CommanderError)) return failure.tellFailure(cause, json, terminal);
    if (cause.exitCode === 0) return EXIT.ok;
    if (json) failure.tellUsage(usage, terminal);
    return EXIT.usage;
  }
}
