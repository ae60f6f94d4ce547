import { counted } from "../../ir/words.js";
import { choice, flag, int, sizes } from "../config.js";
import { field, heldLayer, isJsonArray, isJsonObject } from "../json.js";
import { type Value } from "../graph.js";
import { raise } from "../../diagnostics/create.js";
import { quote } from "../../diagnostics/quote.js";
import { entryOf } from "../../tables.js";
import { convLength, product, tile } from "../shapes.js";
import {
  addMacs,
  addSize,
  addWeight,
  barrier,
  channelsOf,
  checkActivation,
  CHANNELS_FIRST,
  checkRank,
  derived,
  fresh,
  innerSite,
  isChannelsFirst,
  making,
  reading,
  refuse,
  result,
  unite,
  type Channels,
  type Rule,
  type Site,
} from "../site.js";
import type { Json, JsonObject, Shape } from "../types.js";
import { ORDINARY, type LayerClass } from "./layer-class.js";

/** What tells the kinds of cells apart: gate blocks side by side in one kernel, and states, of which the first is the output. */
export const cellKinds = {
  SimpleRNN: { gates: 1, states: 1 },
  GRU: { gates: 3, states: 1 },
  LSTM: { gates: 4, states: 2 },
} as const;

export type CellKind = keyof typeof cellKinds;

/** The kind of a recurrent layer or of its cell class (`LSTM`, `LSTMCell`); null for others. */
export function cellKind(className: string): CellKind | null {
  const name = className.replace(/Cell$/, "");
  return name === "SimpleRNN" || name === "GRU" || name === "LSTM" ? name : null;
}

interface Cell {
  readonly ids: Int32Array;
  /** Axes of its states, in order. */
  readonly states: readonly Int32Array[];
}

/** Variables of a cell: kernel [in, g·u], recurrent [u, g·u], bias [g·u]; unit j is column j of every block and row j. */
function cell(site: Site, reads: Int32Array, steps: number): Cell {
  const kind = cellKind(site.className);
  if (kind === null)
    return refuse(site, "P5009", `has a cell of class ${site.className}, which is not known`);
  const { gates, states } = cellKinds[kind];
  const ids = fresh(site, int(site.config, "units"));
  const columns = blocks(site, ids, gates);
  const twoBiases = kind === "GRU" && isResetAfter(site.config.values);
  addGates(site, { taps: [], times: steps, reads, units: ids, columns, isLstm: kind === "LSTM", twoBiases });
  addSize(site, ["units"], ids);
  checkActivation(site, ids);
  checkActivation(site, ids, "recurrent_activation");
  return { ids, states: new Array<Int32Array>(states).fill(ids) };
}

interface Gates {
  readonly taps: readonly number[];
  /** Products of each input or unit with each column. */
  readonly times: number;
  readonly reads: Channels;
  readonly units: Channels;
  /** A column for each gate of a unit. */
  readonly columns: Channels;
  readonly isLstm: boolean;
  /** One for the products with the input, one for those with the state. */
  readonly twoBiases?: boolean;
}

/** A GRU whose reset gate acts on the product with the state (Cho et al. 2014, v3), not on the state: the usual one of Keras. */
export const isResetAfter = (config: JsonObject): boolean => config["reset_after"] === true;

/** Both kernels and the bias of gates, and their products. */
function addGates(
  site: Site,
  { taps, times, reads, units, columns, isLstm, twoBiases = false }: Gates,
): void {
  addWeight(site, "kernel", [...taps, reading(reads), making(columns)]);
  addWeight(site, "recurrent_kernel", [...taps, reading(units), making(columns)]);
  if (flag(site.config, "use_bias", true)) {
    const forgetGate = isLstm && field(site.config.values, "unit_forget_bias") === true;
    addWeight(site, "bias", [...(twoBiases ? [2] : []), making(columns)], { forgetGate });
  }
  addMacs(site, "kernel", times, reads, columns);
  addMacs(site, "recurrent_kernel", times, units, columns);
}

/** The gate blocks' columns, the same array at every call. */
function blocks(site: Site, ids: Int32Array, gates: number): Int32Array {
  if (gates === 1) return ids;
  return entryOf(site.layer.derivedAxes, `${site.scope}blocks`, () =>
    derived(site, ids.length * gates, () => tile(ids, gates)),
  );
}

function cellsOf(site: Site): readonly Site[] {
  if (site.className !== "RNN") return [site];
  const held = field(site.config.values, "cell");
  if (isJsonArray(held)) {
    return raise("P5002", `\`cell\` of layer ${quote(site.config.path)} is a list`, {
      help: "wrap the cells in StackedRNNCells",
    });
  }
  if (!isJsonObject(held)) return refuse(site, "P5002", "has no cell");
  const outer = innerSite(site, held, ["cell"], {});
  if (outer.className !== "StackedRNNCells") return [outer];
  const cells = field(outer.config.values, "cells");
  const list = isJsonArray(cells) ? cells.filter(isJsonObject) : [];
  if (!isJsonArray(cells) || list.length !== cells.length || list.length === 0) {
    return raise("P5002", `\`cells\` of layer ${quote(site.config.path)} is not a list of cells`);
  }
  return list.map((inner: JsonObject, i) =>
    innerSite(outer, inner, ["cells", i], {
      scope: `${site.scope}cell_${i}_`,
      folders: [...site.folders, `RNNCell_${i}`],
      kerasFolders: [...site.folders, ...[outer.config.values, field(inner, "config")].flatMap(nameIn)],
    }),
  );
}

const nameIn = (config: Json | undefined): readonly string[] =>
  isJsonObject(config) && typeof config["name"] === "string" ? [config["name"]] : [];

function mainInput(site: Site, rank: number): Value {
  const [input] = site.inputs;
  if (!input) return refuse(site, "P5006", "has no input");
  return checkRank(site, input, rank);
}

/** Initial states given as further inputs are tied to the units. */
function tieStates(site: Site, states: readonly Int32Array[]): void {
  const given = site.inputs.slice(1);
  if (given.length === 0) return;
  if (given.length !== states.length) {
    refuse(site, "P5006", `gets ${counted(given.length, "initial states")}`, {
      notes: [`it has ${states.length}`],
    });
  }
  given.forEach((input, i) => {
    const ids = states[i];
    if (!ids || input.ids?.length !== ids.length) {
      raise("P5006", `initial state ${i + 1} of layer ${quote(site.config.path)} has the wrong width`);
    } else unite(site, ids, input.ids, "recurrent");
  });
}

/** SimpleRNN, GRU, LSTM and RNN over one or several cells. */
const recurrent: Rule = (site) => {
  const input = mainInput(site, 3);
  const steps = input.shape[1] ?? 1;
  let reads = channelsOf(site, input);
  const cells = cellsOf(site).map((inner) => {
    const made = cell(inner, reads, steps);
    reads = made.ids;
    return made;
  });
  // TensorFlow.js lists the states of a stack from the last cell to the first.
  const states = [...cells].reverse().flatMap((made) => made.states);
  tieStates(site, states);
  const batch = input.shape[0] ?? null;
  const sequence: Shape = flag(site.config, "return_sequences", false)
    ? [batch, input.shape[1] ?? null, reads.length]
    : [batch, reads.length];
  const out = [result(site, sequence, reads)];
  if (!flag(site.config, "return_state", false)) return out;
  return [...out, ...states.map((ids) => result(site, [batch, ids.length], ids))];
};

/** ConvLSTM2D: kernel [h, w, in, 4f], recurrent [h, w, f, 4f], bias [4f]. */
const convLstm2d: Rule = (site) => {
  const input = mainInput(site, 5);
  const kernel = sizes(site.config, "kernel_size", 2);
  const strides = sizes(site.config, "strides", 2, 1);
  const dilation = sizes(site.config, "dilation_rate", 2, 1);
  const padding = choice(site.config, "padding", ["valid", "same"], "valid");
  const filters = int(site.config, "filters");
  const batch = input.shape[0] ?? null;
  const steps = input.shape[1] ?? null;
  const first = isChannelsFirst(site);
  const space = first ? input.shape.slice(3) : input.shape.slice(2, 4);
  const out = space.map((n, i) => convLength(n, kernel[i] ?? 1, strides[i] ?? 1, padding, dilation[i] ?? 1));
  const sequences = flag(site.config, "return_sequences", false);
  const state = first ? [batch, filters, ...out] : [batch, ...out, filters];
  const single = sequences ? [batch, steps, ...state.slice(1)] : state;
  const shapes = flag(site.config, "return_state", false) ? [single, state, state] : [single];
  const ids = fresh(site, filters);
  addGates(site, {
    taps: kernel,
    times: (steps ?? 1) * product(kernel) * product(out),
    reads: first ? (input.shape[2] ?? null) : channelsOf(site, input),
    units: first ? filters : ids,
    columns: first ? 4 * filters : blocks(site, ids, 4),
    isLstm: true,
  });
  if (first) return barrier(site, shapes, "barrier", CHANNELS_FIRST);
  addSize(site, ["filters"], ids);
  tieStates(site, [ids, ids]);
  checkActivation(site, ids);
  return shapes.map((shape) => result(site, shape, ids));
};

const withReset = (config: JsonObject): string | null =>
  isResetAfter(config) ? "TensorFlow.js cannot compute `reset_after`" : null;

const overTime = (rule: Rule) =>
  ({
    ...ORDINARY,
    rule,
    family: "recurrent",
    silence: () => null,
    constants: null,
  }) as const satisfies LayerClass;

export const recurrentLayers = {
  ConvLSTM2D: overTime(convLstm2d),
  GRU: { ...overTime(recurrent), stock: withReset },
  LSTM: overTime(recurrent),
  RNN: {
    ...overTime(recurrent),
    stock: (config) => {
      const cell = heldLayer(config["cell"])?.config ?? {};
      const cells = isJsonArray(cell["cells"])
        ? cell["cells"].map((one) => heldLayer(one)?.config ?? {})
        : [cell];
      return cells.map(withReset).find((objection) => objection !== null) ?? null;
    },
  },
  SimpleRNN: overTime(recurrent),
} satisfies Record<string, LayerClass>;
