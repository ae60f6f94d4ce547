import { PassThrough } from "node:stream";
import type { ReadStream } from "node:tty";
import { afterEach, expect, it, vi } from "vitest";
import { Gate } from "../../../cli/repl/gate.js";

afterEach(() => void vi.useRealTimers());

function gated() {
  const keyboard = new PassThrough();
  const told: string[] = [];
  const gate = new Gate(keyboard as unknown as ReadStream, new PassThrough(), {
    interrupt: () => void told.push("interrupt"),
    tooMuch: (characters, open) => void told.push(`${characters} ${open ? "open" : "closed"}`),
  });
  const passed: string[] = [];
  gate.on("data", (chunk: Buffer) => void passed.push(chunk.toString()));
  const settled = () => new Promise((settle) => setImmediate(settle));
  const type = async (keys: string) => {
    keyboard.emit("data", Buffer.from(keys));
    await settled();
  };
  return { gate, told, passed, type, settled };
}

it("hands on a line at a time, and what waits when its prompt stands", async () => {
  const { gate, passed, type, settled } = gated();
  gate.next();
  await type("one\rtwo\nthr");
  expect(passed).toEqual(["one\r"]);
  gate.next();
  await settled();
  expect(passed).toEqual(["one\r", "two\r"]);
  gate.next();
  await type("ee\r");
  expect(passed.join("")).toBe("one\rtwo\rthree\r");
});

it("hears ctrl-c while something runs, and drops what waits; else it is the editor's", async () => {
  const { gate, told, passed, type } = gated();
  await type("undo\r\u0003quit");
  expect(told).toEqual(["interrupt"]);
  gate.next();
  await type("\u0003");
  expect(passed.join("")).toBe("quit\u0003");
  expect(told).toEqual(["interrupt"]);
});

it("takes a bracketed paste as lines, without tabs and control characters, and gives tabs one by one", async () => {
  const { gate, passed, type } = gated();
  gate.next();
  await type("\u001b[200~train 1 epoch {\n\tpru\u0007ne");
  expect(passed).toEqual([]);
  await type("\n}\u001b[201~");
  expect(passed).toEqual(["train 1 epoch {\r"]);
  gate.next();
  gate.next();
  await type("");
  gate.next();
  await type("");
  expect(passed.join("")).toBe("train 1 epoch {\r  prune\r}");
  await type("x\t\t");
  expect(passed.slice(-3)).toEqual(["x", "\t", "\t"]);
});

it("lets ctrl-c end a paste that has no end", async () => {
  const { gate, told, passed, type } = gated();
  gate.next();
  await type("\u001b[200~never");
  await type("\u0003");
  expect([passed.join(""), told]).toEqual(["\u0003", []]);
});

it("takes nothing of what is too much, and says how much it was", async () => {
  const { gate, told, passed, type } = gated();
  for (const open of [false, true]) {
    if (open) gate.next();
    await type("a\r".repeat(60_000));
    await type("b".repeat(1000));
    await vi.waitFor(() => expect(told).toContain(`121000 ${open ? "open" : "closed"}`));
  }
  await type("c".repeat(5000));
  await vi.waitFor(() => expect(told.at(-1)).toBe("5000 open"));
  expect(passed.join("")).toBe("");
});
