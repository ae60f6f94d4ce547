import type { Network, Shape } from "../../../core/network/types.js";

/** Just enough of a network for data readers: one input and one output of these shapes (batch axis left out). */
export function frame(input: Shape, output: Shape): Network {
  const tensor = (shape: Shape) => ({ shape: [null, ...shape], ids: null });
  return {
    name: "frame",
    topology: {},
    layers: [],
    calls: [],
    tensors: [tensor(input), tensor(output)],
    inputs: [0],
    outputs: [1],
    channels: {
      count: 0,
      find: (channel) => channel,
      protection: () => undefined,
      merges: [],
      producer: new Int32Array(0),
      position: new Int32Array(0),
      explain: () => null,
    },
    barriers: [],
    units: [],
    trainingConfig: null,
  };
}
