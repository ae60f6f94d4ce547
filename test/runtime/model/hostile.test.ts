import { mkdir, symlink, truncate, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { complaints, folderWith, temporaryFolder } from "./helpers.js";

/** One dense layer `d`, [3] to [2]: 8 values, 32 bytes. */
const topology = {
  class_name: "Sequential",
  config: {
    name: "m",
    layers: [{ class_name: "Dense", config: { name: "d", units: 2, batch_input_shape: [null, 3] } }],
  },
};
const kernel = { name: "d/kernel", shape: [3, 2], dtype: "float32" };
const bias = { name: "d/bias", shape: [2], dtype: "float32" };
const values = new Uint8Array(Float32Array.of(1, 2, 3, 4, 5, 6, 7, 8).buffer);

function model(weights: readonly unknown[] = [kernel, bias], paths: readonly unknown[] = ["w.bin"]): object {
  return { modelTopology: topology, format: "layers-model", weightsManifest: [{ paths, weights }] };
}

interface Hostile {
  readonly name: string;
  readonly code: string;
  readonly files: Readonly<Record<string, string | Uint8Array | object>>;
  /** What the message has to name. */
  readonly says?: string;
}

const manifest = (name: string, code: string, json: object, says?: string): Hostile => ({
  name,
  code,
  files: { "model.json": json, "w.bin": values },
  ...(says === undefined ? {} : { says }),
});

const hostile: readonly Hostile[] = [
  { name: "no files", code: "P5101", files: {} },
  { name: "an empty file", code: "P5103", files: { "model.json": "" } },
  { name: "half a file", code: "P5103", files: { "model.json": JSON.stringify(model()).slice(0, 90) } },
  { name: "not JSON", code: "P5103", files: { "model.json": "hello" } },
  {
    name: "binary rubbish",
    code: "P5103",
    files: { "model.json": Uint8Array.from({ length: 400 }, (_, i) => (i * 37) % 256) },
  },
  { name: "a JSON list", code: "P5103", files: { "model.json": "[1, 2]" } },
  { name: "JSON null", code: "P5103", files: { "model.json": "null" } },
  { name: "no topology", code: "P5001", files: { "model.json": { weightsManifest: [] } } },
  {
    name: "a graph model",
    code: "P5001",
    files: { "model.json": { format: "graph-model", modelTopology: { node: [] } } },
  },
  manifest("a manifest that is no list", "P5104", { modelTopology: topology, weightsManifest: { a: 1 } }),
  manifest("a group that is no object", "P5104", { modelTopology: topology, weightsManifest: [7] }),
  manifest("a group without paths", "P5104", {
    modelTopology: topology,
    weightsManifest: [{ weights: [kernel] }],
  }),
  manifest("a group without weights", "P5104", {
    modelTopology: topology,
    weightsManifest: [{ paths: ["w.bin"] }],
  }),
  manifest("a path that is a number", "P5104", model([kernel, bias], [3])),
  manifest("a weight that is no object", "P5104", model([kernel, "bias"])),
  manifest("a weight without a name", "P5104", model([kernel, { shape: [2], dtype: "float32" }])),
  manifest(
    "a weight without a shape",
    "P5104",
    model([kernel, { name: "d/bias", dtype: "float32" }]),
    "d/bias",
  ),
  manifest("a negative size", "P5104", model([kernel, { ...bias, shape: [-2] }]), "d/bias"),
  manifest("a broken size", "P5104", model([kernel, { ...bias, shape: [1.5] }])),
  manifest("a size as text", "P5104", model([kernel, { ...bias, shape: ["2"] }])),
  manifest("an absurd size", "P5104", model([kernel, { ...bias, shape: [1e9, 1e9] }]), "d/bias"),
  manifest("sizes beyond numbers", "P5104", model([{ ...kernel, shape: [2 ** 52, 2 ** 52, 2 ** 52] }])),
  manifest("terabytes", "P5111", model([{ ...kernel, shape: [2 ** 30] }, bias])),
  manifest("a type of text", "P5112", model([kernel, { ...bias, dtype: "string" }]), "d/bias"),
  manifest("a complex type", "P5112", model([kernel, { ...bias, dtype: "complex64" }])),
  manifest("an unknown quantization", "P5112", model([kernel, { ...bias, quantization: { dtype: "int4" } }])),
  manifest(
    "a quantization without a scale",
    "P5112",
    model([kernel, { ...bias, quantization: { dtype: "uint8", min: 0 } }]),
  ),
  manifest("a path upwards", "P5105", model([kernel, bias], ["../w.bin"]), "../w.bin"),
  manifest("a path upwards inside", "P5105", model([kernel, bias], ["a/../../w.bin"])),
  manifest("an absolute path", "P5105", model([kernel, bias], ["/etc/passwd"])),
  manifest("a path of another system", "P5105", model([kernel, bias], ["C:\\windows\\w.bin"])),
  manifest("an address", "P5105", model([kernel, bias], ["https://example.com/w.bin"])),
  manifest("a file address", "P5105", model([kernel, bias], ["file:///etc/passwd"])),
  manifest("an empty path", "P5105", model([kernel, bias], [""])),
  manifest("a path with a zero byte", "P5105", model([kernel, bias], ["w.bin\0.txt"])),
  manifest("a missing shard", "P5106", model([kernel, bias], ["w.bin", "w2.bin"]), "w2.bin"),
  manifest("a shard that is a folder", "P5106", model([kernel, bias], ["."])),
  manifest("the same shard twice", "P5107", model([kernel, bias], ["w.bin", "w.bin"])),
  manifest("a weight of no layer", "P5108", model([kernel, { ...bias, name: "e/bias" }]), "e/bias"),
  manifest("a weight named like a prototype", "P5108", model([kernel, { ...bias, name: "__proto__" }])),
  manifest(
    "a weight twice",
    "P5109",
    model([{ ...bias, name: "d/bias" }, { ...bias, name: "d/bias" }, { ...bias, name: "d/bias" }, bias]),
    "d/bias",
  ),
  manifest("a weight too few", "P5110", model([kernel])),
  manifest("transposed", "P5111", model([{ ...kernel, shape: [2, 3] }, bias]), "d/kernel"),
  manifest("flat", "P5111", model([{ ...kernel, shape: [6] }, bias])),
  {
    name: "a shard cut off",
    code: "P5107",
    files: { "model.json": model(), "w.bin": values.slice(0, 30) },
    says: "30 bytes",
  },
  { name: "an empty shard", code: "P5107", files: { "model.json": model(), "w.bin": "" } },
  { name: "a shard too long", code: "P5107", files: { "model.json": model(), "w.bin": new Uint8Array(64) } },
  {
    name: "weights missing",
    code: "P5110",
    files: { "model.json": model([kernel]), "w.bin": values.slice(0, 24) },
    says: "d/bias",
  },
];

describe("models that were tampered with get a diagnostic", () => {
  test.each(hostile)("$name: $code", async ({ code, files, says }) => {
    const { codes, text, failed } = await complaints(await folderWith(files));
    expect(codes).toEqual([code]);
    expect(failed).toBe(true);
    if (says !== undefined) expect(text).toContain(says);
    // Nothing tells where the files lie, but for the path that was given.
    if (code !== "P5101") expect(text).not.toContain("espalier-model-");
  });

  test("a link out of the folder", async () => {
    const outside = await folderWith({ "secret.bin": values });
    const folder = await folderWith({ "model.json": model() });
    await symlink(join(outside, "secret.bin"), join(folder, "w.bin"));
    expect((await complaints(folder)).codes).toEqual(["P5105"]);
  });

  test("a link that leads to itself", async () => {
    const folder = await folderWith({ "model.json": model() });
    await symlink(join(folder, "w.bin"), join(folder, "w.bin"));
    expect((await complaints(folder)).codes).toEqual(["P5106"]);
  });

  test("a topology of a gigabyte is not read", async () => {
    const folder = await temporaryFolder();
    await writeFile(join(folder, "model.json"), "{");
    await truncate(join(folder, "model.json"), 2 ** 30);
    const start = performance.now();
    expect((await complaints(folder)).codes).toEqual(["P5102"]);
    expect(performance.now() - start).toBeLessThan(1000);
  });

  test("a folder in place of model.json", async () => {
    const folder = await temporaryFolder();
    await mkdir(join(folder, "model.json"));
    expect((await complaints(folder)).codes).toEqual(["P5101"]);
  });

  test("values that are not finite", async () => {
    const broken = new Uint8Array(Float32Array.of(1, NaN, 3, 4, 5, 6, 7, Infinity).buffer);
    const said = await complaints(await folderWith({ "model.json": model(), "w.bin": broken }));
    expect(said).toMatchObject({ codes: ["P5113"], failed: true });
    expect(said.text).toContain("`kernel` of layer `d` is not a number at [0, 1]");
  });

  test.each([
    ["throws", "throw new Error('no');", "P5114"],
    ["exports nothing", "export const a = 1;", "P5114"],
    ["exports a number", "export default 3;", "P5114"],
    ["promises rubbish", "export default async () => ({ weights: 1 });", "P5114"],
    ["is not JavaScript", "export default (((", "P5114"],
  ])("a module that %s", async (_, source, code) => {
    const folder = await folderWith({ "m.mjs": source });
    expect((await complaints(join(folder, "m.mjs"))).codes).toEqual([code]);
  });

  test("a module that is not there", async () => {
    expect((await complaints(join(await temporaryFolder(), "m.mjs"))).codes).toEqual(["P5101"]);
  });
});
