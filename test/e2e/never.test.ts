import { expect, it } from "vitest";
import { espalier } from "./cli.js";
import { smallProject } from "./project.js";

const never = "() => new Promise(() => {})";

it.each([
  ["a network", "export default NEVER;", ["--network", "never.mjs"], /P5114/],
  ["a network that loads without end", "await (NEVER)();", ["--network", "never.mjs"], /P5114/],
  ["data", "export const train = NEVER;", ["--network", "net.json", "--data", "never.mjs"], /P6010/],
  [
    "a batch",
    "export const train = () => ({ [Symbol.asyncIterator]: () => ({ next: NEVER }) });",
    ["--network", "net.json", "--data", "never.mjs"],
    /P6010/,
  ],
])(
  "%s that never comes is told of",
  async (_, text, options, code) => {
    const project = await smallProject("train 1 epoch { prune filters by l1 10% every epoch }\n");
    project.write("never.mjs", text.replace("NEVER", never));
    const ended = await espalier(project, ["run", "a.prune", "--backend", "cpu", ...options]);
    expect(ended).toMatchObject({ code: 1 });
    expect(ended.err).toMatch(code);
    expect(ended.err).toContain("it waits for something that never comes");
  },
  60_000,
);
