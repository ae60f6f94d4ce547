import type { Network } from "../../core/network/types.js";

/** Stands for the network where none is known: there is nothing in it. */
export const noNetwork: Network = {
  name: "",
  topology: {},
  layers: [],
  calls: [],
  tensors: [],
  inputs: [],
  outputs: [],
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
