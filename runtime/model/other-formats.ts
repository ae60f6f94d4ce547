import { open, readdir } from "node:fs/promises";
import { raise } from "../../core/diagnostics/create.js";
import { quotePath } from "../../core/diagnostics/quote.js";

/** Formats of models that are not read, and the way from them to one that is. */

interface Format {
  readonly what: string;
  readonly help: string;
}

const converted = (input: string): string =>
  `convert it: \`tensorflowjs_converter --input_format=${input} --output_format=tfjs_layers_model MODEL FOLDER\` (pip install tensorflowjs)`;
const THROUGH_KERAS = "build the network in Keras, copy the weights over, and convert that";

const KERAS_H5: Format = { what: "a model of Keras in HDF5 (.h5)", help: converted("keras") };
const KERAS_3: Format = { what: "a model of Keras 3 (.keras)", help: converted("keras_keras") };
const SAVED_MODEL: Format = {
  what: "a SavedModel of TensorFlow",
  help: `load it with Keras, save it as .h5, then ${converted("keras")}`,
};

const BY_ENDING: readonly (readonly [RegExp, Format])[] = [
  [
    /\.weights\.h5$/i,
    { what: "a file of weights without a model", help: "save the whole model, then convert it" },
  ],
  [/\.(?:h5|hdf5|hdf)$/i, KERAS_H5],
  [/\.keras$/i, KERAS_3],
  [/\.pb$/i, SAVED_MODEL],
  [/\.onnx$/i, { what: "a model of ONNX", help: THROUGH_KERAS }],
  [/\.(?:pt|pth|ckpt|safetensors)$/i, { what: "a file of PyTorch or of weights alone", help: THROUGH_KERAS }],
  [
    /\.tflite$/i,
    { what: "a model of TensorFlow Lite", help: "convert the Keras model that it was made from" },
  ],
  [/\.bin$/i, { what: "a file of weights", help: "give the model.json that names it" }],
];

/** First bytes of files, whatever they are called. */
const BY_BYTES: readonly (readonly [offset: number, bytes: string, Format])[] = [
  [0, "\x89HDF\r\n\x1a\n", KERAS_H5],
  [0, "PK\x03\x04", KERAS_3],
  [4, "TFL3", { what: "a model of TensorFlow Lite", help: "convert the Keras model that it was made from" }],
];

const refuse = (path: string, { what, help }: Format): never =>
  raise("P5119", `${quotePath(path)} is ${what}, which is not read`, {
    notes: [
      "a network is a model.json of TensorFlow.js with its weights, or a JavaScript module that makes one",
    ],
    help,
  });

/** @throws DiagnosticError P5119 for an address, before any file is looked for */
export function refuseAddress(path: string): void {
  if (/^[a-z][a-z0-9+.-]+:\/\//i.test(path))
    refuse(path, {
      what: "an address",
      help: "download model.json and the files of weights that it names, and give the path",
    });
}

/** @throws DiagnosticError P5119 for a folder without model.json that holds a model in another format */
export async function refuseFolder(folder: string): Promise<void> {
  const names = await readdir(folder).catch((): string[] => []);
  if (names.includes("model.json")) return;
  if (names.includes("saved_model.pb")) refuse(folder, SAVED_MODEL);
  for (const name of names) {
    const found = BY_ENDING.find(([ending]) => ending.test(name) && !name.endsWith(".bin"));
    if (found) refuse(`${folder}/${name}`, found[1]);
  }
}

/** @throws DiagnosticError P5119 for a file in another format, by its first bytes or its ending */
export async function refuseFile(path: string): Promise<void> {
  const handle = await open(path, "r");
  const { buffer } = await handle.read(Buffer.alloc(16), 0, 16, 0).finally(() => handle.close());
  const start = buffer.toString("latin1");
  const found =
    BY_BYTES.find(([offset, bytes]) => start.startsWith(bytes, offset))?.[2] ??
    BY_ENDING.find(([ending]) => ending.test(path))?.[1];
  if (found) refuse(path, found);
}
