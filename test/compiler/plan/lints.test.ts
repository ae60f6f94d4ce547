import { expect, test } from "vitest";
import { compile, type CompileOptions } from "../../../compiler/compile.js";
import { highest, lowest, type Estimate } from "../../../compiler/plan/estimate.js";
import type { Network } from "../../../core/network/types.js";
import { cifarResNet, namedNetworks } from "../../helpers/networks.js";
import { networkOf } from "../../core/masks/setting.js";

const resnet = networkOf(cifarResNet());
const plain = networkOf(namedNetworks.get("plain")?.());
const findings = (source: string, options: CompileOptions = {}) =>
  compile(source, options).diagnostics.map(({ code, message }) => `${code} ${message}`);
const errorsOf = (source: string, network: Network) =>
  compile(source, { network }).diagnostics.flatMap(({ code, severity }) =>
    severity === "error" ? [code] : [],
  );
const about = (code: string, source: string, options: CompileOptions = {}) =>
  findings(source, options).filter((one) => one.startsWith(code));

test("starvation is told with the event, the moment and what is left", () => {
  expect(about("P3050", "train 20 epochs { prune filters by l1 50% every 2 epochs }")).toEqual([
    "P3050 after the 7th event, epoch 14, 0.8% of filters are alive",
  ]);
  expect(about("P3050", "train 12 epochs { prune filters by l1 50% every 2 epochs }")).toEqual([]);
  expect(about("P3050", "train 20 epochs { prune filters by l1 50% every 2 epochs; regrow random }")).toEqual(
    [],
  );
  expect(about("P3050", "train 20 epochs { prune filters by l1 50% softly every epoch }\nslim")).toEqual([]);
  expect(about("P3050", "repeat 9 times { prune weights by magnitude 50%; finetune 1 epoch }")).toHaveLength(
    1,
  );
});

test("on a network starvation is told of its counts, and once from when on a share rounds to none", () => {
  const often = (share: string) => `train 9 epochs { prune filters by l1 local ${share} every epoch }`;
  // Of 8 and 6 filters, 4 and 4 stay for good: 10% of them is less than half a filter.
  expect(about("P3050", often("30%"), { network: plain })).toEqual([]);
  expect(about("P3050", "train 60 epochs { prune filters by l1 local 8% every epoch }")).toHaveLength(1);
  expect(
    about("P3050", "train 60 epochs { prune filters by l1 local 8% every epoch }", { network: plain }),
  ).toEqual([]);
  expect(about("P3058", often("10%"), { network: plain })).toEqual([
    "P3058 from the 5th event on, epoch 5, no filters go any more",
  ]);
  expect(about("P3058", often("5%"), { network: plain })).toEqual([
    "P3058 no filters go: the share rounds to none",
  ]);
  expect(about("P3058", often("10%").replace("9", "4"), { network: plain })).toEqual([]);
  const some = "repeat 9 times { prune filters by l1 local 10%; finetune 1 epoch } until accuracy < 50%";
  expect(about("P3058", some, { network: plain })).toEqual([]);
});

test("what `until` may end early is no error and lets no target land for certain", () => {
  const phase = (rest: string) =>
    `train 5 epochs ${rest} { prune filters by l1 from 0% to 75% every epoch }\nslim\nrequire params <= 400`;
  const until = "until accuracy >= 90%";
  const ends = (source: string) => compile(source, { network: plain }).plan?.events.at(-1)?.params;
  const whole = ends(phase("")) ?? NaN;
  const early = ends(phase(until)) ?? NaN;
  expect(whole).toBe(lowest(early));
  expect(highest(early)).toBeGreaterThan(lowest(early));
  expect(about("P3059", phase(until), { network: plain })).toEqual([]);
  expect(about("P3060", phase(until))).toEqual([
    "P3060 `until` may end the training before this target is reached",
  ]);
  expect(about("P3060", phase(until).replace("every epoch", "every epoch until epoch 1"))).toEqual([]);
  expect(about("P3060", phase(""))).toEqual([]);
  const loop = "repeat 9 times { prune filters by l1 50%; finetune 1 epoch }";
  expect(about("P3050", `${loop} until accuracy < 50%`)).toEqual([]);
  expect(
    about("P3059", `repeat 9 times { require params >= 90%; prune filters by l1 50% }`, { network: plain }),
  ).toHaveLength(1);
  expect(
    about("P3059", `repeat 9 times { require params >= 90%; prune filters by l1 50% } until accuracy < 50%`, {
      network: plain,
    }),
  ).toEqual([]);
});

test("a moving target lands however many steps an epoch has", () => {
  const source = (amount: string) =>
    `train 3 epochs { prune filters by l1 ${amount} every 7 steps }\nslim\nrequire params <= 30%`;
  const known = { network: plain, data: { examples: 640 } };
  const last = (amount: string, options: CompileOptions) =>
    compile(source(amount), options).plan?.events.at(-1)?.params;
  expect(last("from 0% to 50%", { network: plain })).toEqual(last("from 0% to 50%", known));
  expect(about("P3059", source("from 0% to 10%"), { network: plain })).toHaveLength(1);
  expect(about("P3059", source("30%"), { network: plain })).toEqual([]);
  expect(about("P3059", source("to 10%"), { network: plain })).toHaveLength(1);
});

test("rules and windows beyond the training", () => {
  const rule = (clauses: string) => `train 5 epochs { prune filters by l1 10% ${clauses} }`;
  expect(about("P3051", rule("every 6 epochs"))).toHaveLength(1);
  expect(about("P3051", rule("every 5 epochs"))).toEqual([]);
  expect(about("P3060", rule("every epoch during epochs 2..9"))).toHaveLength(1);
  expect(about("P3060", rule("every epoch during epochs 2..5"))).toEqual([]);
  expect(about("P3060", rule("every 10 steps during 0%..75%"))).toEqual([]);
});

test("what is too long to be listed is followed as far as can be, and nothing false is said of it", () => {
  const endless = (rule: string) => `train 1000000000 epochs { ${rule} }`;
  const options = { network: plain, data: { examples: 64 } };
  expect(findings(endless("prune filters by l1 to 50% every step"), options)).toHaveLength(1);
  expect(about("P3051", endless("prune filters by l1 from 0% to 50% every epoch"))).toEqual([]);
  expect(about("P3051", "repeat 1000000000 times { mark x }", options)).toEqual([]);
  const simulation = compile("repeat 1000000000 times { require params <= 100% }", {
    network: plain,
  }).simulation;
  expect(simulation?.cut).toBe(true);
});

test("on larger networks fewer events are followed, and what comes after is said to be cut off", () => {
  const endless = (body: string) => {
    const { simulation } = compile(`repeat 1000000 times { ${body}; finetune 1 epoch }`, { network: resnet });
    return { cut: simulation?.cut, events: simulation?.events.length ?? 0 };
  };
  const [few, some, all] = [
    endless("prune weights by magnitude global 1%; slim"),
    endless("prune filters by l1 local to macs <= 50%"),
    endless("evaluate"),
  ];
  expect([few.cut, some.cut, all.cut]).toEqual([true, true, true]);
  expect(few.events).toBeGreaterThan(500);
  expect(few.events).toBeLessThan(10_000);
  expect(some.events).toBeLessThanOrEqual(20_000);
  expect(all.events).toBe(20_000);
});

test("targets that are passed, on a network to the unit", () => {
  const two = (a: number, b: number) => `prune filters by l1 to ${a}%\nprune filters by l1 to ${b}%`;
  expect(about("P3052", two(60, 40), { network: resnet })).toEqual([
    "P3052 59.8% of filters are dead already",
  ]);
  expect(about("P3052", two(60, 40))).toHaveLength(1);
  expect(about("P3052", two(40, 60), { network: resnet })).toEqual([]);
  expect(about("P3052", two(50, 50), { network: resnet })).toEqual([]);
});

test("budgets and requirements that cannot be met are errors", () => {
  expect(about("P3057", "prune filters in conv2d_2 by l1 to macs <= 50%", { network: resnet })).toHaveLength(
    1,
  );
  expect(about("P3057", "prune filters by l1 to macs <= 50%", { network: resnet })).toEqual([]);
  expect(about("P3059", "require macs <= 50%", { network: resnet })).toHaveLength(1);
  expect(
    about("P3059", "prune filters by l1 to macs <= 50%\nrequire macs <= 50%", { network: resnet }),
  ).toEqual([]);
  expect(
    about("P3059", "prune weights by magnitude to 90%\nrequire nonzero params <= 20%", { network: resnet }),
  ).toEqual([]);
  expect(about("P3059", "require macs >= 10% and macs <= 100%", { network: resnet })).toEqual([]);
});

test("masked zeros stay in all sizes but the nonzero ones", () => {
  const budgeted = (structure: string, budget: string) =>
    about("P3057", `prune ${structure} by l1 global to ${budget}`, { network: resnet });
  for (const size of ["params", "macs", "bytes"]) {
    for (const structure of ["weights", "kernels", "rows", "blocks(2x2)"])
      expect(budgeted(structure, `${size} <= 100%`)).toHaveLength(1);
    expect(budgeted("filters", `${size} <= 50%`)).toEqual([]);
  }
  for (const size of ["nonzero params", "nonzero macs"])
    for (const structure of ["weights", "kernels", "filters"])
      expect(budgeted(structure, `${size} <= 50%`)).toEqual([]);
  expect(budgeted("weights", "nonzero params <= 0.001%")).toHaveLength(1);
  const required = (what: string) =>
    compile(`prune weights by magnitude to 90%\nrequire ${what}`, { network: resnet }).diagnostics.filter(
      ({ severity }) => severity === "error",
    );
  for (const size of ["params", "macs", "bytes"]) {
    expect(required(`${size} <= 50%`)).toMatchObject([
      { code: "P3059", help: expect.stringContaining("nonzero") },
    ]);
    // No zeros would do.
    expect(required(`${size} <= 1%`)).toMatchObject([
      { code: "P3059", help: expect.not.stringContaining("nonzero") },
    ]);
  }
  expect(required("nonzero params <= 50% and nonzero macs <= 50%")).toEqual([]);
});

test("a statement that can prune nothing is an error, and one that can is not", () => {
  expect(about("P3061", "prune filters in conv2d_1 by l1 50% joins skip", { network: resnet })).toEqual([
    "P3061 there are no filters that this may prune",
  ]);
  expect(about("P3061", "prune filters by l1 50% joins skip", { network: resnet })).toEqual([]);
  expect(about("P3061", "prune layers by l1 50%", { network: plain })).toHaveLength(1);
  expect(about("P3061", "prune layers by l1 50%", { network: resnet })).toEqual([]);
});

test("a local budget is solved to the unit", () => {
  const { plan } = compile("prune filters by l1 to macs <= 50%", { network: resnet });
  const [event] = plan?.events ?? [];
  expect(event?.macs).toBeLessThanOrEqual(40813184 / 2);
});

test("a global budget that can be met leaves no more than it asks for", () => {
  const { plan } = compile("prune filters by l1 global to macs <= 50%", { network: resnet });
  expect(highest(plan?.events[0]?.macs ?? NaN)).toBeLessThanOrEqual(40813184 / 2);
});

test("floors and alignment that change a count are told", () => {
  expect(about("P3058", "prune filters by l1 30% aligned to 4", { network: plain })).toHaveLength(1);
  expect(about("P3058", "prune filters by l1 50% aligned to 1", { network: plain })).toEqual([]);
});

test("alignment of a global ranking that surely falls short is told", () => {
  const aligned = (to: number, amount: string) => `prune filters by l1 global ${amount} aligned to ${to}`;
  expect(about("P3058", aligned(8, "to 70%"), { network: resnet }).join()).toMatch(
    /^P3058 here 314 filters are asked for and about \d+ \(\d+–\d+\) go$/,
  );
  expect(about("P3058", aligned(16, "1"), { network: resnet })).toEqual([
    "P3058 here 1 filter is asked for and 0 go",
  ]);
  // Of 8 and 6 filters 4 and 3 could go, were it not for multiples of 5.
  expect(about("P3058", aligned(5, "to 50%"), { network: plain }).join()).toMatch(
    /^P3058 here 7 filters are asked for and about [0-4]( \(0–4\))? go$/,
  );
});

test("layers that a statement can take nothing from are named", () => {
  const told = (source: string, network = plain) =>
    compile(source, { network })
      .diagnostics.filter(({ code }) => code === "P3061" || code === "P3062")
      .map(({ code, severity, message, notes }) => `${code} ${severity} ${message}: ${notes?.join(", ")}`);
  expect(told("prune filters by l1 keep 7")).toEqual([
    "P3062 warning `keep 7` takes nothing from `conv2d_2`: it has 6 filters",
  ]);
  expect(told("prune filters by l1 keep 6")).toEqual([]);
  expect(told("prune filters by l1 keep 64")).toEqual([
    "P3062 warning `keep 64` takes nothing from any layer: they have 8 filters at most",
  ]);
  expect(told("prune filters by l1 global keep 14 normalized by mean per layer")).toEqual([
    "P3062 warning `keep 14` takes nothing: there are 14 filters",
  ]);
  expect(told("prune filters by l1 global keep 13 normalized by mean per layer")).toEqual([]);
  expect(told("prune taps by l1 global keep 20")).toEqual([
    "P3062 warning `keep 20` takes nothing from any layer: kernels there have 9 taps at most",
  ]);
  expect(told("prune taps by l1 keep 9 each")).toHaveLength(1);
  const bottleneck = networkOf(namedNetworks.get("dense concat")?.());
  expect(told("prune taps by l1 keep 1 each", bottleneck)).toEqual([]);
  expect(told("prune taps by l1 keep 2 each", bottleneck)).toHaveLength(1);
  expect(told("prune filters by l1 global to 60% aligned to 8")).toEqual([
    "P3062 warning `aligned to 8` takes nothing from any layer: they have 8 filters at most, and no smaller multiple of 8 may stay",
  ]);
  expect(told("prune filters by l1 25% aligned to 6")).toEqual([
    "P3062 warning `aligned to 6` takes nothing from `conv2d_2`: it has 6 filters, and no smaller multiple of 6 may stay",
  ]);
  expect(told("prune 3:4 of weights in conv2d_1, conv2d_2 by magnitude")).toEqual([
    "P3062 warning `3:4` takes nothing from `conv2d_1`: kernels there read 3 input channels at most, and 3 of every 4 stay",
  ]);
  expect(told("prune 3:4 of weights in conv2d_1 by magnitude")).toEqual([
    "P3061 error `3:4` takes nothing from any layer: kernels there read 3 input channels at most, and 3 of every 4 stay",
  ]);
  expect(told("prune 2:4 of weights by magnitude")).toEqual([]);
  expect(told("train 3 epochs { prune filters by l1 keep 20 -> 4 every epoch }")).toEqual([]);
  const each = "for each layer as L in conv2d_1, conv2d_2 { prune filters in L by l1 keep 7 }";
  expect(told(each)).toHaveLength(1);
});

test("dead weights of larger units count as gone among nonzero parameters", () => {
  const source = "prune kernels by l1 to 90%\nrequire nonzero params <= 40%";
  expect(about("P3059", source, { network: resnet })).toEqual([]);
});

test("windows that do not divide the grid still land", () => {
  const source =
    "train 7 epochs batch 100 { prune filters by l1 from 0% to 50% every 300 steps during epochs 2..6 }";
  const { plan } = compile(source, { network: resnet, data: { examples: 12345 } });
  const last = plan?.events.at(-1);
  expect(last?.step).toBe(6 * 124);
  expect(last?.dead).toBe(224);
});

test("rewound masks, passes of a loop and the end of training are followed", () => {
  const source = `mark dense
repeat 2 times { prune filters by l1 50% ; rewind masks to dense ; finetune 1 epoch }
train 2 epochs { prune filters by l1 25% every epoch ; regrow random }`;
  const { plan, diagnostics } = compile(source, { network: resnet });
  expect(diagnostics.filter((one) => one.severity === "error")).toEqual([]);
  const dead = plan?.events
    .filter(({ action }) => action === "prune" || action === "regrow")
    .map((one) => one.dead);
  // 25% of 16, 32 and 64 are 4, 8 and 16 of every layer, then 3, 6 and 12 of what is left, and as many regrown.
  expect(dead).toEqual([224, 224, 112, 112, 112]);
});

test("units that die softly are asked for anew at every event, and all of them go", () => {
  const source = "train 2 epochs { prune filters by l1 local 25% softly every epoch }\nslim";
  expect(about("P3058", source, { network: plain })).toEqual([]);
});

test("a network of which nothing trains is told, whether its layers or a rule freeze it", () => {
  const frozen = (value: unknown): unknown =>
    JSON.parse(JSON.stringify(value), (key, one: unknown) =>
      key === "config" && typeof one === "object" ? { ...one, trainable: false } : one,
    );
  const still = networkOf(frozen(namedNetworks.get("plain")?.()));
  const program = "train 3 epochs { freeze weights in dense* }\nfinetune 1 epoch";
  expect(about("P3029", program, { network: still })).toEqual([
    "P3029 nothing trains in `train 3 epochs`",
    "P3029 nothing trains in `finetune 1 epoch`",
  ]);
  expect(about("P3029", program, { network: plain })).toEqual([]);
  // Where nothing else could learn.
  expect(about("P3029", "train 3 epochs { freeze weights }", { network: plain })).toEqual([]);
  const where = (what: string) => errorsOf(`prune filters where ${what} by l1 50%`, still);
  expect(where("not trainable")).toEqual([]);
  expect(where("trainable")).toEqual(["P4007"]);
});

test("what masks beside the network hold is dead from the start", () => {
  const masks = { channels: new Uint8Array(plain.channels.count), elements: new Map<string, Uint8Array>() };
  const kernels = plain.layers.flatMap(({ weights }) => weights).filter(({ isKernel }) => isKernel);
  const [unit] = plain.units;
  for (const channel of unit?.channels ?? []) masks.channels[channel] = 1;
  let dead = 0;
  for (const { key, shape } of kernels.slice(-1)) {
    const codes = new Uint8Array(shape.reduce((a, b) => a * b, 1));
    dead = codes.fill(1, 0, 5).filter((code) => code === 1).length;
    masks.elements.set(key, codes);
  }
  const source = "prune weights by l1 local 50%";
  const [held] = compile(source, { network: plain, masks }).plan?.events ?? [];
  const [free] = compile(source, { network: plain }).plan?.events ?? [];
  const size = (estimate: Estimate | null | undefined) => lowest(estimate ?? NaN);
  expect(size(held?.params)).toBeLessThan(size(free?.params));
  // What was dead before is dead beside what goes now: half of the rest.
  expect(size(held?.dead)).toBeGreaterThan(dead);
  expect(size(held?.reachable)).toBeLessThan(size(free?.reachable));
});

test("counts that leave the multiples a backend is fast at are told, where they are known", () => {
  const alignment = { on: "wasm", aligned: 4, gains: [{ of: 4, gain: 1.8 }] };
  const cut = (clause: string) => `prune filters by l1 30%${clause}\nslim`;
  const told = (clause: string, options: CompileOptions) =>
    about("P3066", cut(clause), { network: resnet, ...options });
  expect(told("", { alignment }).join()).toMatch(
    /layers may end with counts that are no multiples of 4: `\w+` \(\d+\)/,
  );
  expect(told(" aligned to 2", { alignment })).toHaveLength(1);
  expect(told(" aligned to 8", { alignment })).toEqual([]);
  expect(told(" aligned to auto", { alignment })).toEqual([]);
  expect(told("", { alignment: { ...alignment, aligned: 1 } })).toEqual([]);
  expect(told("", { alignment: { ...alignment, gains: [{ of: 4, gain: 1.2 }] } })).toEqual([]);
  expect(told("", {})).toEqual([]);
  // Masks alone change no count.
  expect(about("P3066", "prune filters by l1 30%", { network: resnet, alignment })).toEqual([]);
});

test("`aligned to auto` is planned as the multiple it stands for, or not at all", () => {
  const cut = (to: string) => `prune filters by l1 30% aligned to ${to}\nslim`;
  const alignment = { on: "wasm", aligned: 8, gains: [] };
  const auto = compile(cut("auto"), { network: resnet, alignment });
  const written = compile(cut("8"), { network: resnet });
  expect(auto.plan).toEqual(written.plan);
  expect(auto.plan?.events[0]?.dead).toBeGreaterThan(0);
  expect(auto.plan?.events[0]?.dead).not.toEqual(
    compile(cut("2"), { network: resnet }).plan?.events[0]?.dead,
  );
  const notes = ({ diagnostics }: typeof auto) => diagnostics.flatMap((one) => one.notes ?? []).join();
  expect(notes(auto)).toContain("`aligned to auto` (8 here) wins over the amount");
  // The loop is for any machine.
  expect(auto.code).toContain('align: "auto"');
  expect(auto.code).not.toContain("aligned: 8");
  const unknown = compile(cut("auto"), { network: resnet });
  expect(unknown.plan).toBeNull();
  expect(unknown.diagnostics.map(({ code }) => code)).toContain("P3066");
  expect(unknown.code).toContain('align: "auto"');
});
