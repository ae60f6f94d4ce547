import { describe, expect, it } from "vitest";
import { DiagnosticError } from "../../../core/diagnostics/diagnostic.js";
import { givenSource } from "../../../runtime/data/given.js";
import { quarters } from "../run/fixtures.js";
import { frame } from "./network.js";

const network = frame([2], [2]);
const batch = (rows: number) => ({
  inputs: { data: new Float32Array(rows * 2), shape: [rows, 2] },
  targets: { labels: new Int32Array(rows) },
});
const said = async (given: unknown): Promise<string> => {
  const cause = await givenSource(given, network).catch((error: unknown) => error);
  if (!(cause instanceof DiagnosticError)) throw cause;
  return cause.diagnostics.map(({ code, message }) => `${code} ${message}`).join("\n");
};

describe("data from JavaScript", () => {
  it("may be functions, as a module exports them", async () => {
    const source = await givenSource({ train: () => [batch(3), batch(2)], batches: () => 2 }, network);
    if (source.train.kind !== "streamed") throw new Error("expected a stream");
    expect(source.train.batches(3)).toBe(2);
    expect(source.test).toBeNull();
    expect(source.describe()).toMatchObject({ inputs: [[2]], targets: [{ kind: "labels", classes: 2 }] });
    const sizes: number[] = [];
    for await (const { size } of source.train.open({ epoch: 1, size: 3, seed: 1 })) sizes.push(size);
    expect(sizes).toEqual([3, 2]);
  });

  it("may be a source, with or without a test split", async () => {
    const source = quarters();
    expect(await givenSource(source, network)).toBe(source);
    const { test: _, ...trainOnly } = source;
    expect(await givenSource(trainOnly, network)).toBe(trainOnly);
  });

  it("is refused otherwise, saying what is missing", async () => {
    const { train, test } = quarters();
    const describe = () => quarters().describe();
    expect(await said(5)).toBe("P6010 `data` is no data: it is a number");
    expect(await said(null)).toBe("P6010 `data` is no data: it is null");
    expect(await said({})).toBe("P6010 `data` is no data: it has no `train`");
    expect(await said({ batches: () => 2 })).toBe("P6010 `data` is no data: it has no `train`");
    expect(await said({ train: [batch(1)], describe })).toMatch(/its `train` is neither/);
    expect(await said({ train: { kind: "indexed", examples: 0, gather: () => 1 }, describe })).toMatch(
      /its `train` is neither/,
    );
    expect(await said({ train, test: {}, describe })).toMatch(/its `test` is neither/);
    expect(await said({ train, test })).toMatch(/it has no function `describe`/);
    expect(await said({ train, test, describe: () => 7 })).toMatch(/its `describe\(\)` does not give/);
    const gathers = (gather: (indices: Int32Array) => unknown) =>
      said({ train: { kind: "indexed", examples: 4, gather }, describe });
    expect(await gathers(() => batch(1))).toBe("P6010 `gather` of `data` gives no batch for one index");
    expect(await gathers(() => 3)).toMatch(/gives no batch/);
    expect(await gathers(() => Promise.reject(new Error("no such row")))).toMatch(/failed: no such row/);
    const broken = () => {
      throw new Error("no such drive");
    };
    expect(await said({ train, test, describe: broken })).toMatch(/failed: no such drive/);
    expect(await said({ train: () => 7 })).toMatch(
      /P6010 `data`: `train` and `test` must return an iterable/,
    );
    expect(await said({ train: () => [] })).toBe("P6010 `data` yields no batch");
    expect(await said({ train: () => [{ inputs: 1, targets: 2 }] })).toMatch(
      /^P6010 `data`, batch 1, input 1 is not/,
    );
  });
});
