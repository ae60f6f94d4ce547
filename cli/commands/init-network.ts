import { inspect } from "../../compiler/render/inspect.js";
import { wrap } from "../../compiler/render/text.js";
import type { LayerInfo, Network, Shape } from "../../core/network/types.js";

/** The files of a project around a network that is there: a program that names its layers, and data of its shapes. */

/** `path` is how the program, wherever it is written, names the network. */
export function networkFiles(network: Network, path: string): Readonly<Record<string, string>> {
  return { "slim.prune": programFor(network, path), "data.mjs": dataFor(network) };
}

function programFor(network: Network, path: string): string {
  const layers = inspect(network).layers.filter(({ removable }) => removable > 0);
  const named = layers.map(({ layer, units, makes }) => `${layer} (${units} ${makes})`).join(", ");
  const told = layers.length === 0 ? "no layer has units that may go: `espalier inspect` says why" : named;
  return `# What to prune, and on what.
network ${JSON.stringify(path)}
data "data.mjs"

${wrap(`Layers that may lose units: ${told}.`, 98)
  .map((line) => `# ${line}`)
  .join("\n")}
# \`in layers 1..3\` or \`except conv1\` behind \`units\` choose among them. A network without weights is trained first: train 20 epochs

# Cut what matters least to the loss until half the multiply–accumulates are left, remove it, and recover.
prune units by taylor over 4 batches global to macs <= 50%
slim
finetune 2 epochs batch 32
`;
}

function dataFor(network: Network): string {
  const inputs = network.inputs.map((tensor) => {
    const reader = network.calls.find(({ inputs: read }) => read.includes(tensor));
    const embedding = reader && network.layers[reader.layer];
    const below = embedding?.className === "Embedding" ? Number(embedding.config["input_dim"]) : null;
    return below === null
      ? `numbers(rows, ${sizes(shapeOf(network, tensor))}),`
      : `numbers(rows, ${sizes(shapeOf(network, tensor))}, ${below}), // whole numbers below ${below}`;
  });
  const targets = network.outputs.map((tensor) => {
    const shape = shapeOf(network, tensor);
    const classes = shape.at(-1);
    return endsInClasses(network, tensor) && classes
      ? `labels(rows, ${sizes(shape.slice(0, -1))}, ${classes}), // classes 0 to ${classes - 1}`
      : `numbers(rows, ${sizes(shape)}),`;
  });
  const open = [...network.inputs, ...network.outputs].some((one) => shapeOf(network, one).includes(null));
  const list = (items: readonly string[]) => items.map((one) => `      ${one}\n`).join("");
  const labels = targets.some((one) => one.startsWith("labels"));
  return `/**
 * Batches in the shapes of the network. They hold made-up numbers, which teach it nothing: put your examples in their place.
 * Files of many kinds are read without a module: docs/data.md of espalier lists them.
 */
const examples = { train: 256, test: 64 };
${open ? `const open = 32; // for sizes that the network leaves open: put yours\n` : ""}
/** The inputs and targets of so many examples: rows first, a list entry for each input and output. */
function batch(rows) {
  return {
    inputs: [
${list(inputs)}    ],
    targets: [
${list(targets)}    ],
  };
}

export function* train({ size }) {
  for (let at = 0; at < examples.train; at += size) yield batch(Math.min(size, examples.train - at));
}

export function* test({ size }) {
  for (let at = 0; at < examples.test; at += size) yield batch(Math.min(size, examples.test - at));
}

export const batches = (size) => Math.ceil(examples.train / size);

const volume = (shape) => shape.reduce((product, size) => product * size, 1);

/** From 0 to 1, or whole numbers below \`below\`. */
function numbers(rows, shape, below) {
  const made = (i) => ((i * 7919) % 997) / 997;
  const data = Float32Array.from({ length: rows * volume(shape) }, (_, i) =>
    below === undefined ? made(i) : Math.floor(made(i) * below),
  );
  return { data, shape: [rows, ...shape] };
}
${
  labels
    ? `
/** A class for each row, or for each position of it. */
function labels(rows, shape, classes) {
  return { labels: Int32Array.from({ length: rows * volume(shape) }, (_, i) => i % classes) };
}
`
    : ""
}`;
}

/** Without the batch. */
const shapeOf = (network: Network, tensor: number): Shape => network.tensors[tensor]?.shape.slice(1) ?? [];

const sizes = (shape: Shape): string => `[${shape.map((size) => size ?? "open").join(", ")}]`;

/** Whether an output is a soft-max over its last axis. */
function endsInClasses(network: Network, tensor: number): boolean {
  const call = network.calls.find(({ outputs }) => outputs.includes(tensor));
  const layer: LayerInfo | undefined = call && network.layers[call.layer];
  return layer?.className === "Softmax" || layer?.config["activation"] === "softmax";
}
