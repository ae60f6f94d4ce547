import { mkdtemp, open, readFile, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, afterEach, expect, it } from "vitest";
import { writeDurably } from "../../../runtime/checkpoint/files.js";

const folder = await mkdtemp(join(tmpdir(), "espalier-files-"));
afterAll(() => rm(folder, { recursive: true, force: true }));
const handle = await open(folder);
const prototype = Object.getPrototypeOf(handle) as typeof handle;
await handle.close();
const { writev } = prototype;
afterEach(() => void (prototype.writev = writev));

/** 1,300 pieces of 0 to 10 bytes, no two neighbours alike. */
const pieces = Array.from({ length: 1300 }, (_, i) =>
  Uint8Array.from({ length: i % 11 }, (_byte, j) => (7 * i + j) % 251),
);

it.each([undefined, 4, 37])(
  "writes every byte in its place, where a system takes %s at a time",
  async (most) => {
    let calls = 0;
    if (most !== undefined)
      prototype.writev = async function (this: typeof handle, buffers: readonly NodeJS.ArrayBufferView[]) {
        calls++;
        const given = Buffer.concat(buffers.map((one) => one as Uint8Array)).subarray(0, most);
        const { bytesWritten } = await writev.call(this, [given]);
        return { bytesWritten, buffers };
      } as typeof writev;
    const path = join(folder, String(most));
    await writeDurably(path, pieces);
    expect(await readFile(path)).toEqual(Buffer.concat(pieces));
    if (most !== undefined) expect(calls).toBeGreaterThanOrEqual(Buffer.concat(pieces).length / most);
  },
);
