import { createInterface, type Interface } from "node:readline";
import type { ReadStream } from "node:tty";
import type { Terminal } from "../terminal.js";
import { completions } from "./complete.js";
import { Gate } from "./gate.js";
import { historyFile, historyPath } from "./history-file.js";
import type { Interpreter, Outcome } from "./interpreter.js";

const PROMPT = "> ";
const MORE = "… ";

/** Reads lines from a person at a terminal until they quit. */
export async function promptLoop(interpreter: Interpreter, terminal: Terminal): Promise<void> {
  const { stdin, stdout } = process;
  const history = historyFile(historyPath(process.env), (text) =>
    interpreter.say(`  ${terminal.colors.yellow("note")} ${text}`),
  );
  let asked = 0;
  const gate = new Gate(stdin as ReadStream, stdout, {
    interrupt() {
      asked++;
      if (asked > 2) {
        gate.close();
        process.exit(130);
      }
      interpreter.stop();
      interpreter.say(
        asked === 1
          ? "  stopping after this step"
          : "  still stopping; ctrl-c once more ends the program, and what was not saved is lost",
      );
    },
    tooMuch(characters, open) {
      if (open) {
        stdout.write("\n");
        dropLine(editor);
      }
      interpreter.say(
        `${terminal.colors.red("error")}: ${characters} characters are more than a prompt takes: put them into a file and \`load\` it`,
      );
      if (!open) return;
      editor.prompt();
      gate.next();
    },
  });
  const editor = createInterface({
    input: gate,
    output: stdout,
    terminal: true,
    history: [...history.lines],
    historySize: 1000,
    removeHistoryDuplicates: true,
    escapeCodeTimeout: 50,
    completer: (line: string) => completions(line, interpreter),
  });
  try {
    for (let outcome: Outcome | "more" = "done"; outcome !== "quit";) {
      const line = await nextLine(editor, gate, outcome === "more" ? MORE : PROMPT);
      if (line === null) break;
      if (line === CLEARED) {
        interpreter.clear();
        outcome = "done";
        continue;
      }
      history.add(line);
      asked = 0;
      outcome = await interpreter.take(line);
    }
  } finally {
    editor.close();
    gate.close();
  }
}

/** What ctrl-c makes of a line. */
const CLEARED = Symbol("cleared");

/** The next line; null where there is none any more. Ctrl-c leaves what was typed where it stands, and begins anew. */
function nextLine(editor: Interface, gate: Gate, prompt: string): Promise<string | null | typeof CLEARED> {
  return new Promise((settle) => {
    const end = (line: string | null | typeof CLEARED): void => {
      editor.off("line", end).off("close", closed).off("SIGINT", cleared);
      settle(line);
    };
    const closed = (): void => end(null);
    const cleared = (): void => {
      process.stdout.write("\n");
      dropLine(editor);
      end(CLEARED);
    };
    editor.on("line", end).on("close", closed).on("SIGINT", cleared);
    editor.setPrompt(prompt);
    editor.prompt();
    gate.next();
  });
}

/** Empties the line that is typed. */
function dropLine(editor: Interface): void {
  editor.write(null, { ctrl: true, name: "e" });
  editor.write(null, { ctrl: true, name: "u" });
}
