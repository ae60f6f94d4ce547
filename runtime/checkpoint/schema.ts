/** What the JSON of a checkpoint must look like before any of it is used. */

const number = { type: "number" } as const;
const count = { type: "integer", minimum: 0 } as const;
const text = { type: "string" } as const;
const maybe = (schema: object): object => ({ anyOf: [schema, { type: "null" }] });
const object = (properties: Record<string, object>, optional: readonly string[] = []): object => ({
  type: "object",
  properties,
  required: Object.keys(properties).filter((key) => !optional.includes(key)),
});
const list = (items: object): object => ({ type: "array", items });

/** An expression nests as deep as its operators; rates and arguments are numbers by the time a loop runs, or nearly. */
const expr = { anyOf: [number, text, { type: "array", minItems: 1, items: true }] };
const point = { type: "object" };
const curve = { anyOf: [text, object({ name: text, expr })] };
const moving = object({ from: expr, to: expr, curve, over: object({ from: point, to: point }) }, ["over"]);
const rate = {
  anyOf: [expr, object({ moving }), object({ steps: object({ base: expr, at: list(point), by: expr }) })],
};
const times = object({ epochs: number, stepsPerEpoch: { type: "number", exclusiveMinimum: 0 } });
const position = object({ rate, phase: times, step: count });
const optimizer = object(
  {
    name: { enum: ["sgd", "adam", "adamw", "rmsprop"] },
    rate,
    args: { type: "object", additionalProperties: expr },
  },
  ["rate"],
);
const optimizerState = object({
  optimizer: maybe(optimizer),
  updates: count,
  rate: maybe(position),
  continues: maybe(position),
  first: maybe(object({ optimizer, rate: position })),
  batch: maybe(count),
});
const progress = object({
  number: count,
  chosen: object({ optimizer, rate: position, keepsState: { type: "boolean" } }),
  epochBefore: number,
  updatesBefore: count,
  step: count,
  epoch: { type: "integer", minimum: 1 },
  inEpoch: count,
  stopped: { type: "boolean" },
  fired: { type: "object", additionalProperties: count },
  sums: object({ loss: number, correct: maybe(number), rows: count }),
});
const row = object({
  step: count,
  epoch: number,
  trainLoss: maybe(number),
  trainAccuracy: maybe(number),
  testLoss: maybe(number),
  testAccuracy: maybe(number),
  sparsity: number,
  params: count,
  macs: number,
  rate: maybe(number),
});
const size = { type: "integer", minimum: 1 };
const plain = "weights filters channels neurons units kernels taps rows columns layers gates".split(" ");
const structures = [
  object({ name: { enum: plain } }),
  object({ name: { const: "blocks" }, height: size, width: size }),
  object({ name: { const: "n:m" }, n: count, m: size }),
  object({ name: { const: "strided" }, stride: size, offset: count }),
];
const amount = object({
  structure: { anyOf: structures },
  joins: { enum: ["couple", "skip", "agree"] },
  layers: list(text),
  named: { type: "boolean" },
  nominal: maybe(number),
});
const facts = object({
  params: count,
  macs: number,
  bytes: count,
  gzipped: count,
  accuracy: maybe(number),
  loss: maybe(number),
  latency: maybe(object({ single: number, batch: number })),
});

export const checkpointSchema = object({
  identity: object({
    program: text,
    network: text,
    data: text,
    seed: number,
    batch: count,
    epochs: maybe(number),
  }),
  clock: object({ step: count, pass: count, epoch: number }),
  journal: list({}),
  optimizer: optimizerState,
  phase: maybe(progress),
  phases: list({ type: "array", prefixItems: [count, times], minItems: 2, items: false }),
  snapshots: list(object({ name: text, optimizer: optimizerState })),
  keepsLast: { type: "boolean" },
  slims: count,
  collapses: { type: "boolean" },
  keepsMomentum: { type: "boolean" },
  record: object({
    events: list(object({ id: count, step: count, epoch: number, kind: text, text })),
    history: list(row),
    notes: list(text),
    amounts: list(amount),
    before: maybe(facts),
  }),
  timing: object({ startedAt: text, seconds: number }),
});
