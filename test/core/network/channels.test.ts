import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { explainTie } from "../../../core/network/explain.js";
import { channelsOf } from "../../../core/network/costs.js";
import { readNetwork } from "../../../core/network/read.js";
import type { Json, LayerInfo, Network } from "../../../core/network/types.js";
import { UnionFind } from "../../../core/network/union-find.js";
import { blocks, cifarResNet, namedNetworks, topology } from "../../helpers/networks.js";
import { randomNetwork } from "../../helpers/random-network.js";
import { seeded } from "../../helpers/stock.js";
import { runs } from "../../helpers/runs.js";

function read(model: Json): Network {
  const { network, diagnostics } = readNetwork(model);
  if (!network) throw new Error(diagnostics.map((d) => d.message).join());
  return network;
}

function named(name: string): Network {
  const make = namedNetworks.get(name);
  if (!make) throw new Error(name);
  return read(make());
}

function layer(network: Network, path: string): LayerInfo {
  const found = network.layers.find((l) => l.path === path);
  if (!found) throw new Error(path);
  return found;
}

function firstChannel(network: Network, path: string): number {
  return layer(network, path).sizes[0]?.ids[0] ?? -1;
}

describe("union–find", () => {
  it("partitions as a brute-force closure does, keeps the smallest root and the first reason", () => {
    const pair = fc.tuple(fc.nat(19), fc.nat(19));
    const step = fc.oneof(
      pair.map(([a, b]) => ({ a, b, protect: false })),
      fc.nat(19).map((a) => ({ a, b: a, protect: true })),
    );
    fc.assert(
      fc.property(fc.array(step, { maxLength: 40 }), (steps) => {
        const uf = new UnionFind();
        uf.make(20, 0, 0);
        const group = Array.from({ length: 20 }, (_, i) => i);
        const reason: (string | undefined)[] = new Array<string | undefined>(20).fill(undefined);
        steps.forEach(({ a, b, protect }, i) => {
          if (protect) {
            uf.protect(Int32Array.of(a), { kind: "barrier", layer: "l", reason: `${i}` });
            const g = group[a];
            group.forEach((x, j) => (x === g ? (reason[j] ??= `${i}`) : undefined));
            return;
          }
          uf.unite(a, b, 0, "join");
          const [ga, gb] = [group[a] ?? 0, group[b] ?? 0];
          const reasons = [reason[a], reason[b]].filter((r) => r !== undefined).map(Number);
          const first = reasons.length > 0 ? String(Math.min(...reasons)) : undefined;
          group.forEach((x, j) => {
            if (x !== ga && x !== gb) return;
            group[j] = Math.min(ga, gb);
            reason[j] = first;
          });
        });
        const { find, protection } = uf.freeze();
        expect(group.map((_, i) => find(i))).toEqual(group);
        expect(group.map((g) => protection(g)?.reason)).toEqual(reason);
        expect(uf.merges.length).toBe(20 - new Set(group).size);
      }),
      { numRuns: runs(150, 1500) },
    );
  });
});

describe("ties", () => {
  it("are told from the first branch to the last, join by join", () => {
    const network = read(cifarResNet());
    const a = firstChannel(network, "conv2d_1");
    const b = firstChannel(network, "conv2d_5");
    const ties = explainTie(network, a, b) ?? [];
    expect(ties.map(({ from, at, to }) => `${from} — ${at} — ${to}`)).toEqual([
      "conv2d_1 — add_1 — conv2d_3",
      "conv2d_3 — add_2 — conv2d_5",
    ]);
    expect(ties.every((tie) => tie.why === "join")).toBe(true);
    const all = explainTie(network, a, firstChannel(network, "conv2d_7")) ?? [];
    expect(all.map(({ at }) => at)).toEqual(["add_1", "add_2", "add_3"]);
    expect(explainTie(network, a, firstChannel(network, "conv2d_2"))).toBeNull();
  });

  it("connect every two channels of one root in random networks", () => {
    for (let seed = 0; seed < 40; seed++) {
      const network = read(randomNetwork(seeded(seed + 500)).model);
      for (const unit of network.units) {
        for (const id of unit.channels) {
          const path = network.channels.explain(unit.root, id) ?? [];
          let at = unit.root;
          for (const merge of path) at = merge.a === at ? merge.b : merge.a;
          expect(at).toBe(id);
        }
      }
    }
  });
});

describe("what may not be pruned", () => {
  const reasons = (network: Network, path: string): string | undefined =>
    network.channels.protection(firstChannel(network, path))?.kind;

  it("inputs, outputs, spread channels, statistics", () => {
    const spread = named("spatial gate");
    expect(spread.channels.protection(0)?.kind).toBe("input");
    expect(reasons(spread, "dense_1")).toBe("output");
    expect(reasons(spread, "conv2d_3")).toBe("spread");
    const barrier = named("branch into a barrier");
    expect(reasons(barrier, "conv2d_2")).toBe("statistics");
    expect(reasons(barrier, "conv2d_3")).toBe("statistics");
    expect(reasons(barrier, "conv2d_1")).toBeUndefined();
    expect(barrier.barriers.map((b) => b.layer)).toEqual(["layernormalization_1"]);
  });

  it("soft-max, permuted channels, unknown classes, channels first", () => {
    const b = topology();
    const k = blocks(b);
    const i = b.input([6, 6, 3]);
    const soft = k.conv(i, 4, 3, 1, { activation: "softmax" });
    const turned = b.call("Permute", { dims: [3, 1, 2] }, [k.conv(i, 4)], "turn");
    const odd = b.call("MyLayer", {}, [k.conv(i, 4)], "odd");
    const first = b.call("MaxPooling2D", { data_format: "channels_first", pool_size: 1 }, [k.conv(i, 4)]);
    const ends = [soft, turned, odd, first].map((x) => k.dense(k.flatten(x), 2));
    const network = read(b.build(ends));
    const kinds = ["conv2d_1", "conv2d_2", "conv2d_3", "conv2d_4"].map((path) => reasons(network, path));
    expect(kinds).toEqual(["softmax", "permute", "unknown-class", "barrier"]);
    expect(layer(network, "odd").weights).toEqual([]);
  });
});

describe("units", () => {
  it("know their producers; both directions of a bidirectional layer are one", () => {
    const network = named("bidirectional");
    const unit = network.units.find((u) => u.channels.length === 2);
    expect(unit?.producers.map((i) => network.layers[i]?.className)).toEqual(["Bidirectional"]);
    expect(channelsOf(layer(network, "bidirectional_1"))).toBe(6);
    expect(channelsOf(layer(network, "flatten_1"))).toBe(0);
  });

  it("of a dense layer behind a reshape hold several neurons", () => {
    const network = named("dense to map");
    const sizes = network.units.filter((u) => u.producers.length === 1).map((u) => u.channels.length);
    expect(sizes.filter((n) => n === 16)).toHaveLength(4);
  });

  it("keep the path of nested layers and give them unique names", () => {
    const network = named("nested model");
    expect(network.layers.map((l) => l.path).filter((p) => p.includes(">conv"))).toEqual([
      "encoder>conv2d_1",
      "encoder>conv2d_2",
    ]);
    const names = network.layers.map((l) => l.name);
    expect(new Set(names).size).toBe(names.length);
    expect(layer(network, "encoder>conv2d_1").uses).toBe(2);
    const kernels = network.layers.filter((l) => l.weights.some((w) => w.isKernel));
    expect(kernels.map((l) => l.ordinal)).toEqual(kernels.map((_, i) => i + 1));
  });
});
