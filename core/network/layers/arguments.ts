import { diagnostic, raise } from "../../diagnostics/create.js";
import type { Diagnostic } from "../../diagnostics/diagnostic.js";
import { quote, show } from "../../diagnostics/quote.js";
import { once } from "../../tables.js";
import { isJsonArray } from "../json.js";
import type { Json, JsonObject } from "../types.js";
import { isLayerClass, type ClassName } from "./index.js";

/**
 * What is done with an argument as it stands in the config of a layer. `used`: its rule, its forward pass or training follows it,
 * or refuses the value; `number`: the same, and it has to be one; `silent`: it is written back, and changes nothing of
 * what is computed.
 */
type Answer = "used" | "number" | "silent" | Unusual;

/** Followed for its usual values alone, an absent one included; any other is refused, or told of and passed over. */
interface Unusual {
  readonly usual: readonly Json[];
  readonly otherwise: "refused" | "told";
  /** A clause: what another value would ask for. */
  readonly why: string;
}

type Arguments = Readonly<Record<string, Answer>>;

const refused = (why: string, ...usual: readonly Json[]): Unusual => ({ usual, otherwise: "refused", why });
const told = (why: string, ...usual: readonly Json[]): Unusual => ({ usual, otherwise: "told", why });
const used = (...names: readonly string[]): Arguments =>
  Object.fromEntries(names.map((name) => [name, "used"]));
const numbers = (...names: readonly string[]): Arguments =>
  Object.fromEntries(names.map((name) => [name, "number"]));
const silent = (...names: readonly string[]): Arguments =>
  Object.fromEntries(names.map((name) => [name, "silent"]));

/** Initializer, regularizer and constraint of variables. */
const variables = (...stems: readonly string[]): Arguments =>
  used(
    ...stems.flatMap((stem) => ["initializer", "regularizer", "constraint"].map((what) => `${stem}_${what}`)),
  );

/** Of every layer. */
const COMMON: Arguments = {
  ...used("name", "trainable", "dtype", "activity_regularizer", "batch_input_shape"),
  // Other ways to state the shape of an input, which saving turns into `batch_input_shape`.
  ...silent(
    "batch_shape",
    "input_shape",
    "batch_size",
    "input_dim",
    "input_length",
    "input_dtype",
    "input_d_type",
  ),
  ...silent("autocast", "dynamic"),
  weights: refused("brings its weights in its config"),
};

/** Draws are functions of the run's seed and the channel. */
const RANDOM: Arguments = {
  seed: told("draws come from the seed of the run", -1),
  ...silent("force_generator", "rng_type"),
};

const QUANTIZED: Arguments = {
  lora_rank: refused("keeps its kernel as a product of two (LoRA)"),
  quantization_config: refused("keeps its weights as small integers"),
  ...silent("lora_alpha"),
};

const convolution: Arguments = {
  ...used("filters", "kernel_size", "strides", "padding", "data_format", "dilation_rate", "groups"),
  ...used("activation", "use_bias"),
  ...variables("kernel", "bias"),
  ...QUANTIZED,
};
const separable: Arguments = {
  ...convolution,
  ...used("depth_multiplier"),
  ...variables("depthwise", "pointwise"),
};
const transposed: Arguments = { ...convolution, ...used("output_padding") };
const pooling = used("pool_size", "strides", "padding", "data_format");
const globalPooling = used("data_format", "keepdims");
const recurrent: Arguments = {
  ...used("return_sequences", "return_state", "go_backwards", "zero_output_for_mask", "cell"),
  stateful: told("its states start at zero with every batch", false),
  time_major: refused("puts time before the batch", false),
  ...silent("unroll", "use_cudnn", "implementation"),
};
const cell: Arguments = {
  ...used("units", "activation", "recurrent_activation", "use_bias", "unit_forget_bias", "reset_after"),
  ...variables("kernel", "recurrent", "bias"),
  ...numbers("dropout", "recurrent_dropout"),
  dropout_func: refused("has a dropout of its own"),
  implementation: "silent",
  ...RANDOM,
};
const norm: Arguments = {
  ...used("axis", "center", "scale"),
  ...numbers("epsilon"),
  ...variables("gamma", "beta"),
};
const heads: Arguments = {
  ...used("use_bias", "use_gate", "sliding_window"),
  ...variables("kernel", "bias"),
  ...numbers("dropout"),
  activity_regularizer: refused("asks for a penalty on the outputs of each of its parts"),
  // How it is computed, not what.
  flash_attention: "silent",
  ...RANDOM,
};
const attention: Arguments = { ...used("use_scale", "causal"), ...numbers("dropout"), ...RANDOM };
const dropout: Arguments = { ...numbers("rate"), ...used("noise_shape"), ...RANDOM };
const image: Arguments = { ...used("height", "width"), ...silent("bounding_box_format", "data_format") };

/** Layers that Keras has alter images while it trains: the first of their arguments says how much, and one is enough to tell. */
const augmentation = (amount: string, ...more: readonly string[]): Arguments => ({
  [amount]: told("images are not altered at random here"),
  ...silent(...more, "seed", "data_format", "value_range", "interpolation", "fill_mode", "fill_value"),
  ...silent("bounding_box_format", "force_generator", "rng_type"),
});

/** Of each class; tsc lists those that are missing, and a test the arguments that some library has and a class here has not. */
const answers: Readonly<Record<ClassName, Arguments>> = {
  Activation: used("activation"),
  ActivityRegularization: numbers("l1", "l2"),
  Add: {},
  AdditiveAttention: attention,
  AlphaDropout: dropout,
  Attention: { ...attention, ...used("score_mode") },
  Average: {},
  AveragePooling1D: pooling,
  AveragePooling2D: pooling,
  AveragePooling3D: pooling,
  BatchNormalization: {
    ...norm,
    ...numbers("momentum"),
    ...used("moving_mean_initializer", "moving_variance_initializer"),
    renorm: refused("renormalizes its batches", false),
    virtual_batch_size: refused("normalises parts of a batch"),
    ...silent("fused", "synchronized", "renorm_clipping", "renorm_momentum"),
  },
  Bidirectional: used("layer", "backward_layer", "merge_mode"),
  CategoryEncoding: { ...used("num_tokens", "output_mode"), sparse: refused("gives sparse tensors", false) },
  CenterCrop: image,
  Concatenate: used("axis"),
  Conv1D: convolution,
  Conv1DTranspose: transposed,
  Conv2D: convolution,
  Conv2DTranspose: transposed,
  Conv3D: convolution,
  Conv3DTranspose: transposed,
  ConvLSTM2D: { ...recurrent, ...convolution, ...cell },
  Cropping1D: used("cropping"),
  Cropping2D: used("cropping", "data_format"),
  Cropping3D: used("cropping", "data_format"),
  CustomScaleLayer: numbers("scale"),
  Dense: { ...used("units", "activation", "use_bias"), ...variables("kernel", "bias"), ...QUANTIZED },
  DepthwiseConv1D: separable,
  DepthwiseConv2D: separable,
  Dot: used("axes", "normalize"),
  Dropout: dropout,
  ELU: numbers("alpha"),
  Embedding: {
    ...used("input_dim", "output_dim", "mask_zero"),
    ...variables("embeddings"),
    ...silent("input_length", "sparse"),
    ...QUANTIZED,
  },
  Flatten: used("data_format"),
  GRU: { ...recurrent, ...cell },
  GaussianDropout: dropout,
  GaussianNoise: { ...numbers("stddev"), ...RANDOM },
  GlobalAveragePooling1D: globalPooling,
  GlobalAveragePooling2D: globalPooling,
  GlobalAveragePooling3D: globalPooling,
  GlobalMaxPooling1D: globalPooling,
  GlobalMaxPooling2D: globalPooling,
  GlobalMaxPooling3D: globalPooling,
  GroupQueryAttention: { ...heads, ...used("head_dim", "num_query_heads", "num_key_value_heads") },
  GroupNormalization: { ...norm, ...used("groups") },
  Identity: {},
  InputLayer: {
    sparse: refused("takes sparse tensors", false),
    ragged: refused("takes ragged tensors", false),
    ...silent("optional", "shape", "input_tensor", "type_spec"),
  },
  LSTM: { ...recurrent, ...cell },
  LayerNormalization: { ...norm, ...used("rms_scaling") },
  LayerScale: { ...numbers("init_values"), ...used("projection_dim") },
  LeakyReLU: numbers("alpha", "negative_slope"),
  Masking: numbers("mask_value"),
  MaxPooling1D: pooling,
  MaxPooling2D: pooling,
  MaxPooling3D: pooling,
  Maximum: {},
  Minimum: {},
  MultiHeadAttention: {
    ...heads,
    ...used("num_heads", "key_dim", "value_dim", "output_shape", "attention_axes"),
    ...silent("query_shape", "value_shape", "key_shape"),
    softmax_robust_masking: "silent",
  },
  Multiply: {},
  Normalization: used("axis", "mean", "variance", "invert"),
  PReLU: { ...used("shared_axes"), ...variables("alpha") },
  Permute: used("dims"),
  RMSNormalization: { ...used("axis"), ...numbers("epsilon") },
  RNN: { ...recurrent, ...cell },
  RandomBrightness: augmentation("factor"),
  RandomColorDegeneration: augmentation("factor"),
  RandomColorJitter: augmentation("brightness_factor", "contrast_factor", "saturation_factor", "hue_factor"),
  RandomContrast: augmentation("factor"),
  RandomElasticTransform: augmentation("factor", "scale"),
  RandomErasing: augmentation("factor", "scale"),
  RandomFlip: augmentation("mode"),
  RandomGaussianBlur: augmentation("factor", "kernel_size", "sigma"),
  RandomGrayscale: augmentation("factor"),
  RandomHue: augmentation("factor"),
  RandomInvert: augmentation("factor"),
  RandomPerspective: augmentation("factor", "scale"),
  RandomPosterization: augmentation("factor"),
  RandomRotation: augmentation("factor"),
  RandomSaturation: augmentation("factor"),
  RandomSharpness: augmentation("factor"),
  RandomShear: augmentation("x_factor", "y_factor"),
  RandomTranslation: augmentation("height_factor", "width_factor"),
  RandomWidth: { ...used("factor", "interpolation", "auto_vectorize"), ...RANDOM },
  RandomZoom: augmentation("height_factor", "width_factor"),
  ReLU: numbers("max_value", "negative_slope", "threshold"),
  RepeatVector: used("n"),
  Rescaling: used("scale", "offset"),
  Reshape: used("target_shape"),
  Resizing: {
    ...image,
    ...used("interpolation"),
    crop_to_aspect_ratio: refused("crops to the aspect ratio", false),
    pad_to_aspect_ratio: refused("pads to the aspect ratio", false),
    antialias: refused("smooths what it makes smaller", false),
    ...silent("fill_mode", "fill_value"),
  },
  SeparableConv1D: separable,
  SeparableConv2D: separable,
  SimpleRNN: { ...recurrent, ...cell },
  Softmax: { ...used("axis"), ...silent("robust_masking") },
  SpatialDropout1D: dropout,
  SpatialDropout2D: { ...dropout, ...used("data_format") },
  SpatialDropout3D: { ...dropout, ...used("data_format") },
  StochasticDepth: numbers("drop_path_rate"),
  Subtract: {},
  ThresholdedReLU: numbers("theta"),
  TimeDistributed: used("layer"),
  UnitNormalization: used("axis"),
  UpSampling1D: used("size"),
  UpSampling2D: used("size", "interpolation", "data_format"),
  UpSampling3D: used("size", "data_format"),
  ZeroPadding1D: used("padding", "data_format"),
  ZeroPadding2D: used("padding", "data_format"),
  ZeroPadding3D: used("padding", "data_format"),
};

/** Cells stand in the config of a recurrent layer. */
const alone: Arguments = {
  ...cell,
  activity_regularizer: refused("asks for a penalty on the outputs of a cell"),
};
const cells: Readonly<Record<string, Arguments>> = {
  SimpleRNNCell: alone,
  GRUCell: alone,
  LSTMCell: alone,
  StackedRNNCells: {
    ...used("cells"),
    reverse_state_order: refused("lists its states from first to last", false),
  },
};

/** Put together once for a class. */
const withCommon = once((own: Arguments): Arguments => ({ ...COMMON, ...own }));

/** What is done with the arguments of a class; null where nobody knows the class. */
export function argumentsOf(className: string): Arguments | null {
  const own = isLayerClass(className) ? answers[className] : (cells[className] ?? null);
  return own && withCommon(own);
}

/** Arguments of what a layer does while it trains and not otherwise, and of layers that may hold such a one. */
const WHILE_TRAINING = ["rate", "stddev", "dropout", "momentum", "drop_path_rate", "layer", "cell"];

/** Whether a layer may compute otherwise while it trains, as one of a class that nobody knows may; augmentations are told of by their arguments. */
export function heedsTraining(className: string): boolean {
  const known = argumentsOf(className);
  return known === null || WHILE_TRAINING.some((key) => Object.hasOwn(known, key));
}

/** Computed in numbers of 32 bits whatever the file asks for. */
const OTHER_FLOATS = /^(?:mixed_)?(?:b?float16|float64|half|double)$/;
const TYPES = /^(?:float32|u?int(?:8|16|32|64)|bool|string|complex64)$/;

/**
 * Holds a config against the table: warnings P5010 of what is not followed.
 * @throws DiagnosticError P5009, P5151 where an argument asks for what is not computed
 */
export function heardArguments(className: string, config: JsonObject, path: string): readonly Diagnostic[] {
  const known = argumentsOf(className);
  if (known === null) return [];
  const layer = `layer ${quote(path)} of class ${className}`;
  const notHeard = (what: string, note: string): Diagnostic =>
    diagnostic("P5010", `${layer} ${what}, which is not followed`, null, { notes: [note] });
  return Object.entries(config).flatMap(([key, value]): readonly Diagnostic[] => {
    const answer = Object.hasOwn(known, key) ? known[key] : undefined;
    const states = `states \`${key}\` ${isJsonArray(value) ? "" : show(value)}`.trimEnd();
    if (key === "dtype" && typeof value === "string" && !TYPES.test(value)) {
      if (OTHER_FLOATS.test(value)) return [notHeard(states, "all is computed in numbers of 32 bits")];
      return raise("P5009", `${layer} ${states}`, {
        notes: ["its weights are quantised in a way that is not computed"],
      });
    }
    if (value === null || answer === "used" || answer === "silent") return [];
    if (answer === undefined)
      return value === false
        ? []
        : [notHeard(states, "no library has an argument of this name for the class")];
    if (answer === "number") {
      if (typeof value === "number") return [];
      return raise("P5151", `${quote(key)} of layer ${quote(path)} is not a number`);
    }
    if (answer.usual.includes(value)) return [];
    if (answer.otherwise === "told") return [notHeard(states, answer.why)];
    return raise("P5009", `${layer} ${states}`, { notes: [`it ${answer.why}, which is not computed`] });
  });
}

/** Policies that only say how exactly Keras computes become that in which all is computed here. */
export const plainType = (dtype: Json | undefined): Json | undefined =>
  typeof dtype === "string" && OTHER_FLOATS.test(dtype) ? "float32" : dtype;
