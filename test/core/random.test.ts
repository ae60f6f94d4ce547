import { describe, expect, it } from "vitest";
import { randomStream, threefry } from "../../core/random.js";

const hex = (words: Uint32Array): string => [...words].map((w) => w.toString(16).padStart(8, "0")).join(" ");

describe("threefry", () => {
  // Known answers published with Random123 (kat_vectors, threefry2x32 20).
  it.each([
    [[0, 0, 0, 0], "6b200159 99ba4efe"],
    [[0xffffffff, 0xffffffff, 0xffffffff, 0xffffffff], "1cb996fc bb002be7"],
    [[0x13198a2e, 0x03707344, 0x243f6a88, 0x85a308d3], "c4923a9c 483df7a0"],
  ])("gives the known answer for %j", ([k0 = 0, k1 = 0, c0 = 0, c1 = 0], expected) => {
    const out = new Uint32Array(2);
    threefry(k0, k1, c0, c1, out);
    expect(hex(out)).toBe(expected);
  });
});

describe("randomStream", () => {
  it("depends on seed, name, keys and position, and on nothing else", () => {
    const first = randomStream(1, "shuffle", 2, 3);
    first.permutation(100);
    expect(first.uniform(7)).toBe(randomStream(1, "shuffle", 2, 3).uniform(7));
    const others = [
      randomStream(2, "shuffle", 2, 3),
      randomStream(1 + 2 ** 32, "shuffle", 2, 3),
      randomStream(1, "shufflf", 2, 3),
      randomStream(1, "shuffle", 2),
      randomStream(1, "shuffle", 3, 2),
      randomStream(1, "shuffle", 2, 3 + 2 ** 33),
    ];
    expect(new Set([first, ...others].map((s) => s.uniform(7))).size).toBe(7);
    expect(first.uniform(7 + 2 ** 32)).not.toBe(first.uniform(7));
  });

  it("is uniform: 64 buckets of 64 000 draws pass a chi-square test", () => {
    const stream = randomStream(42, "uniform");
    const counts = new Float64Array(64);
    for (let i = 0; i < 64_000; i++) counts[Math.floor(stream.uniform(i) * 64)]! += 1;
    const chi = counts.reduce((sum, c) => sum + (c - 1000) ** 2 / 1000, 0);
    // 63 degrees of freedom: 99.99 % of samples lie under 113.
    expect(chi).toBeLessThan(113);
    expect(chi).toBeGreaterThan(28);
  });

  it("is normal in its first four moments and uncorrelated between neighbouring keys", () => {
    const n = 50_000;
    const here = randomStream(7, "normal", 1);
    const there = randomStream(7, "normal", 2);
    let [m1, m2, m3, m4, cross] = [0, 0, 0, 0, 0];
    for (let i = 0; i < n; i++) {
      const x = here.normal(i);
      m1 += x / n;
      m2 += x ** 2 / n;
      m3 += x ** 3 / n;
      m4 += x ** 4 / n;
      cross += (x * there.normal(i)) / n;
    }
    expect(Math.abs(m1)).toBeLessThan(0.02);
    expect(Math.abs(m2 - 1)).toBeLessThan(0.03);
    expect(Math.abs(m3)).toBeLessThan(0.07);
    expect(Math.abs(m4 - 3)).toBeLessThan(0.2);
    expect(Math.abs(cross)).toBeLessThan(0.02);
  });

  it("permutes: every order of four about equally often, every order a permutation", () => {
    const counts = new Map<string, number>();
    for (let i = 0; i < 12_000; i++) {
      const key = randomStream(3, "order", i).permutation(4).join("");
      counts.set(key, (counts.get(key) ?? 0) + 1);
    }
    expect(counts.size).toBe(24);
    const chi = [...counts.values()].reduce((sum, c) => sum + (c - 500) ** 2 / 500, 0);
    expect(chi).toBeLessThan(59);
    expect([...randomStream(1, "long").permutation(1000)].sort((a, b) => a - b)).toEqual([
      ...Array(1000).keys(),
    ]);
    expect(randomStream(1, "none").permutation(0)).toHaveLength(0);
  });
});
