import { mkdirSync, mkdtempSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { strToU8, zipSync } from "fflate";
import { randomStream } from "../../core/random.js";
import { builtPackage } from "../helpers/package.js";

/** Folders where people work: a small network, data it learns, and programs. */

export interface Project {
  readonly folder: string;
  /** Path of the command line's entry point. */
  readonly cli: string;
  write(name: string, text: string | Uint8Array): string;
}

/** An empty project beside a built package, which its modules can import. */
export async function emptyProject(): Promise<Project> {
  const built = await builtPackage();
  mkdirSync(join(built, "projects"), { recursive: true });
  const folder = mkdtempSync(join(built, "projects", "p-"));
  return {
    folder,
    cli: join(built, "dist", "cli", "bin.js"),
    write(name, text) {
      writeFileSync(join(folder, name), text);
      return name;
    },
  };
}

/** A project with `net.json` and `data.npz`: 8×8 images of one of 4 bright quarters, 240 to train on and 96 to test. */
export async function smallProject(program: string): Promise<Project> {
  const project = await emptyProject();
  project.write("net.json", JSON.stringify(residual));
  project.write("data.npz", quarters(240, 96));
  project.write("a.prune", program);
  return project;
}

const layer = (className: string, name: string, config: object, from: readonly string[]) => ({
  class_name: className,
  name,
  config: { name, ...config },
  inbound_nodes: from.length === 0 ? [] : [from.map((one) => [one, 0, 0, {}])],
});

const conv = (name: string, filters: number, from: string) =>
  layer("Conv2D", name, { filters, kernel_size: [3, 3], padding: "same", use_bias: false }, [from]);

/** A residual block between two convolutions, and a head; weights are drawn by the seed of the run. */
export const residual = {
  format: "layers-model",
  modelTopology: {
    class_name: "Model",
    config: {
      name: "small",
      layers: [
        layer("InputLayer", "in", { batch_input_shape: [null, 8, 8, 1], dtype: "float32" }, []),
        conv("c1", 8, "in"),
        layer("BatchNormalization", "b1", {}, ["c1"]),
        layer("Activation", "r1", { activation: "relu" }, ["b1"]),
        conv("c2", 8, "r1"),
        layer("BatchNormalization", "b2", {}, ["c2"]),
        layer("Add", "join", {}, ["b2", "r1"]),
        layer("Activation", "r2", { activation: "relu" }, ["join"]),
        conv("c3", 12, "r2"),
        layer("Activation", "r3", { activation: "relu" }, ["c3"]),
        layer("MaxPooling2D", "pool", { pool_size: [4, 4] }, ["r3"]),
        layer("Flatten", "flat", {}, ["pool"]),
        layer("Dense", "head", { units: 4, activation: "softmax" }, ["flat"]),
      ],
      input_layers: [["in", 0, 0]],
      output_layers: [["head", 0, 0]],
    },
  },
  weightsManifest: [],
};

/** The same images as the test split of `quarters`, for whoever reloads a network. */
export function split(which: number, examples: number): { images: Float32Array; labels: Uint8Array } {
  const images = new Float32Array(examples * 64);
  const labels = new Uint8Array(examples);
  for (let example = 0; example < examples; example++) {
    const noise = randomStream(which, "quarters", example);
    const label = noise.integer(1000, 4);
    labels[example] = label;
    for (let i = 0; i < 64; i++) {
      const quarter = 2 * Number(i >= 32) + Number(i % 8 >= 4);
      images[example * 64 + i] = 0.6 * noise.normal(i) + Number(quarter === label);
    }
  }
  return { images, labels };
}

/** An NPZ file of 8×8 images of one of 4 bright quarters. */
export function quarters(train: number, test: number): Uint8Array {
  return archive(8, [
    ["train", split(1, train)],
    ["test", split(2, test)],
  ]);
}

/** An NPZ file of 28×28 images of one of 10 bright rows: the shape of MNIST. */
export function digits(train: number, test: number): Uint8Array {
  const rows = (examples: number) => {
    const images = new Float32Array(examples * 784);
    const labels = Uint8Array.from({ length: examples }, (_, example) => example % 10);
    labels.forEach((label, example) =>
      images.fill(1, example * 784 + label * 56, example * 784 + label * 56 + 56),
    );
    return { images, labels };
  };
  return archive(28, [
    ["train", rows(train)],
    ["test", rows(test)],
  ]);
}

function archive(size: number, splits: readonly (readonly [string, ReturnType<typeof split>])[]): Uint8Array {
  const files: Record<string, Uint8Array> = {};
  for (const [name, { images, labels }] of splits) {
    const shape = [labels.length, size, size, 1];
    files[`x_${name}.npy`] = npy("<f4", shape, new Uint8Array(images.buffer));
    files[`y_${name}.npy`] = npy("|u1", [labels.length], labels);
  }
  return zipSync(files);
}

/** A NumPy array, format 1.0. */
export function npy(type: string, shape: readonly number[], bytes: Uint8Array): Uint8Array {
  const header = `{'descr': '${type}', 'fortran_order': False, 'shape': (${shape.join(", ")}${shape.length === 1 ? "," : ""}), }`;
  const text = strToU8(header.padEnd(117) + "\n");
  const out = new Uint8Array(10 + text.length + bytes.length);
  out.set([0x93, 0x4e, 0x55, 0x4d, 0x50, 0x59, 1, 0, text.length & 255, text.length >> 8]);
  out.set(text, 10);
  out.set(bytes, 10 + text.length);
  return out;
}
