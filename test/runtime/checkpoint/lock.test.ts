import { spawn } from "node:child_process";
import {
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  writeFileSync,
} from "node:fs";
import { hostname, tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, describe, expect, it } from "vitest";
import { bornAt, lockName, takeLock } from "../../../runtime/checkpoint/lock.js";

const root = mkdtempSync(join(tmpdir(), "espalier-lock-"));
const sleeper = spawn(process.execPath, ["-e", "setInterval(() => {}, 1000)"], { stdio: "ignore" });
const other = sleeper.pid ?? 0;
afterAll(() => {
  sleeper.kill();
  rmSync(root, { recursive: true, force: true });
});

let folders = 0;
const folder = (text?: string): string => {
  const path = join(root, String(folders++));
  mkdirSync(path);
  if (text !== undefined) writeFileSync(join(path, lockName), text);
  return path;
};
const holder = (more: object): string =>
  JSON.stringify({
    pid: other,
    host: hostname(),
    born: bornAt(other),
    since: "2020-01-01T00:00:00.000Z",
    ...more,
  });
const holds = (path: string): number => JSON.parse(readFileSync(join(path, lockName), "utf8")).pid;
const once = { again: false };

describe("the lock of an output folder", () => {
  it("is refused while another process has it", async () => {
    for (const text of [holder({}), holder({ born: null })]) {
      const path = folder(text);
      await expect(takeLock(path, { again: true })).rejects.toThrow(/P7005.*another run is writing to/);
      expect(holds(path)).toBe(other);
      expect(readdirSync(path)).toEqual([lockName]);
    }
  });

  it.each([
    ["a process that is no more", holder({ pid: 2 ** 22 + 1 })],
    ["an earlier process of the same number", holder({ born: "another boot 17" })],
    ["this number in an earlier life", holder({ pid: process.pid })],
    ["another machine", holder({ host: "elsewhere.invalid" })],
    ["nobody", "no lock at all"],
    ["a process that died before it wrote", ""],
    ["a process of no number", holder({ pid: -1 })],
  ])("is taken over from %s", async (_, text) => {
    const path = folder(text);
    const lock = await takeLock(path, once);
    expect(holds(path)).toBe(process.pid);
    lock.release();
    expect(readdirSync(path)).toEqual([]);
  });

  it("is given again within a run, and to one of many runs of a process", async () => {
    const path = folder(holder({ host: "elsewhere.invalid" }));
    const taken = await Promise.allSettled(Array.from({ length: 5 }, () => takeLock(path, once)));
    expect(taken.filter(({ status }) => status === "fulfilled")).toHaveLength(1);
    const again = await takeLock(path, { again: true });
    again.release();
    again.release();
    expect(readdirSync(path)).toEqual([]);
    (await takeLock(path, once)).release();
  });

  it("takes away the folder it made, where nothing was written", async () => {
    const path = join(folder(), "new");
    (await takeLock(path, once)).release();
    expect(existsSync(path)).toBe(false);
    const lock = await takeLock(path, once);
    writeFileSync(join(path, "kept"), "");
    lock.release();
    expect(readdirSync(path)).toEqual(["kept"]);
  });

  it("is no lock where the folder cannot be", async () => {
    const file = join(folder("x"), lockName);
    await expect(takeLock(join(file, "below"), once)).rejects.toThrow(/P7005/);
    const inTheWay = folder();
    mkdirSync(join(inTheWay, lockName));
    await expect(takeLock(inTheWay, once)).rejects.toThrow(/P7005/);
  });
});
