import type { Network, Shape } from "./types.js";

/** Why one network cannot teach another: it reads or gives something else. Null where it can. */
export function whyNoTeacher(student: Network, teacher: Network): string | null {
  for (const [ends, what] of [
    ["inputs", "reads"],
    ["outputs", "gives"],
  ] as const) {
    const [own, other] = [shapes(student, ends), shapes(teacher, ends)];
    if (own !== other) return `it ${what} ${other}, the network ${own}`;
  }
  return null;
}

const shapes = (network: Network, ends: "inputs" | "outputs"): string =>
  network[ends].map((tensor) => shapeText(network.tensors[tensor]?.shape ?? [])).join(", ");

const shapeText = (shape: Shape): string => `[${shape.map((n) => n ?? "any").join(", ")}]`;
