import type { HistoryPoint, Report } from "../../../runtime/report/types.js";

/** A report with every part filled in. */
export function sampleReport(): Report {
  const history = Array.from({ length: 12 }, (_, i): HistoryPoint => {
    const left = i < 6 ? 1 : 0.25;
    return {
      step: (i + 1) * 469,
      epoch: i + 1,
      trainLoss: 0.5 / (i + 1) + (i === 6 ? 0.2 : 0),
      trainAccuracy: 1 - 0.2 / (i + 1),
      testLoss: 0.4 / (i + 1) + 0.02,
      testAccuracy: 1 - 0.15 / (i + 1) - (i === 6 ? 0.05 : 0),
      sparsity: 1 - left,
      params: 40_000 * left,
      macs: 2_000_000 * left,
      nonzeroParams: 36_000 * left,
      nonzeroMacs: 2_000_000 * left,
      rate: 0.1,
    };
  });
  return {
    report: 1,
    espalier: "0.1.0",
    source: {
      name: "slim.prune",
      program: "00ff00ff00ff00ff",
      statements: { 1: "train 12 epochs", 2: "prune filters by l1 global 50% every 6 epochs", 3: "slim" },
      text: "# filters, then slim\ntrain 12 epochs { prune filters by l1 global share every 6 epochs }\nslim",
      parameters: { share: "50%" },
    },
    network: "resnet.json",
    data: "mnist",
    seed: 1,
    backend: "wasm",
    aligned: null,
    failed: null,
    before: {
      params: 40_000,
      macs: 2_000_000,
      nonzeroParams: 40_000,
      nonzeroMacs: 2_000_000,
      bytes: 161_000,
      gzipped: 149_000,
      accuracy: 0.99,
      loss: 0.03,
      latency: { single: 2, batch: 30, spread: { single: [1.9, 2.1], batch: [28, 33] } },
    },
    dense: { accuracy: 0.98, loss: 0.07, step: 4690, epoch: 10 },
    after: {
      params: 10_000,
      macs: 500_000,
      nonzeroParams: 9_000,
      nonzeroMacs: 500_000,
      bytes: 41_500,
      gzipped: 38_000,
      accuracy: 0.9875,
      loss: 0.04,
      latency: { single: 1, batch: 29, spread: { single: [0.9, 1.1], batch: [27, 31] } },
    },
    amounts: [
      { structure: "filters", total: 112, nominal: 56, achieved: 56, effective: 58, physical: 56 },
      {
        structure: "units",
        total: 122,
        nominal: null,
        budget: ["macs ≤ 40 %: 39.9 %"],
        achieved: 60,
        effective: 60,
        physical: 60,
      },
    ],
    layers: ["conv2d_1", "conv2d_2", "conv2d_3", "dense"].map((layer, i) => ({
      layer,
      className: i === 3 ? "Dense" : "Conv2D",
      channels: [16 << i, 8 << i],
      params: [5000 * (i + 1), 1250 * (i + 1)],
      macs: [500_000, 125_000],
      density: 1,
      gone: `0-${(8 << i) - 1}`,
      empty: "",
    })),
    history,
    events: [
      { id: 2, step: 2814, epoch: 6, kind: "prune", text: "dropped 56 of 112 filters" },
      {
        id: 3,
        step: 5628,
        epoch: 12,
        kind: "slim",
        text: "removed 56 filters: 30,000 parameters and 1,500,000 MACs fewer",
      },
    ],
    notes: ["conv2d_9 cannot be pruned: layer normalization takes statistics over channels"],
    timing: {
      slower: [],
      command: "espalier run slim.prune --set share=50%",
      machine: { cpu: "A processor", cores: 2, node: "20.19.0", tfjs: "4.22.0" },
      startedAt: "2026-01-01T00:00:00.000Z",
      seconds: 154.2,
      stepsPerSecond: 36.5,
    },
  };
}
