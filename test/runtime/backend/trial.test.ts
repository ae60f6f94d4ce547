import { existsSync } from "node:fs";
import { readdir, readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { beforeEach, describe, expect, test } from "vitest";
import { DiagnosticError } from "../../../core/diagnostics/diagnostic.js";
import { doctor } from "../../../cli/commands/doctor.js";
import { examine } from "../../../runtime/backend/doctor.js";
import { openBackend } from "../../../runtime/backend/index.js";
import { awkward, runProgram, trialOf, type Trial } from "../../../runtime/backend/node/trial.js";
import { judge, priceOf, type NativeHost } from "../../../runtime/backend/node/verdict.js";
import { fakeTerminal } from "../../cli/fake-terminal.js";
import { temporaryFolder } from "../model/helpers.js";

describe("what a process says before it ends", () => {
  const outcome = async (program: string, seconds = 60): Promise<Trial | null> => {
    const told = await runProgram(program, {}, seconds);
    return told === null ? null : trialOf(told, awkward);
  };
  const say = (line: object) =>
    `require("node:fs").writeSync(1, ${JSON.stringify(JSON.stringify(line))} + "\\n");`;
  const begun = say({ loaded: true }) + say({ milliseconds: { convolution: 5, pointwise: null } });
  const milliseconds = { convolution: 5, pointwise: null };
  const first = "conv2d 1×1, stride 2, same, of 8×60×60×8";

  test.each(["SIGSEGV", "SIGABRT", "SIGBUS", "SIGILL"])(
    "a death by %s names the gradient",
    async (signal) => {
      const program = `${begun}${say({ at: 0 })}process.kill(process.pid, "${signal}"); setInterval(() => {}, 1000);`;
      expect(await outcome(program)).toEqual({
        fault: `${first} ends the process (${signal})`,
        milliseconds,
      });
    },
  );
  test("a death while the library loads", async () => {
    const program = `process.kill(process.pid, "SIGILL"); setInterval(() => {}, 1000);`;
    expect(await outcome(program)).toEqual({
      fault: "loading TensorFlow ends the process (SIGILL)",
      milliseconds: null,
    });
  });
  test("a death after the last gradient", async () => {
    const fault = `${first} ends the process (SIGABRT)`;
    expect(await outcome(`${begun}${say({ at: 0 })}process.on("exit", () => process.abort());`)).toEqual({
      fault,
      milliseconds,
    });
  });
  test("one that hangs", async () => {
    const fault = `${first} does not end within 4 seconds`;
    expect((await outcome(`${begun}${say({ at: 0 })}setInterval(() => {}, 1000);`, 4))?.fault).toBe(fault);
  });
  test("a wrong gradient", async () => {
    const fault = "conv2d 1×1, stride 2, valid, of 4×1×4000×4 comes out wrong";
    const program = `${begun}${say({ at: 2 })}${say({ wrong: 2 })}${say({ at: 3 })}`;
    expect((await outcome(program))?.fault).toBe(fault);
  });
  test("one that survives, whatever else the library prints", async () => {
    expect(await outcome(`console.log("{oneDNN}\\n{\\"at");${begun}${say({ at: 0 })}`)).toEqual({
      fault: null,
      milliseconds,
    });
  });
  test("a library that does not load is no verdict", async () => {
    expect(await outcome(`throw new Error("no such module");`)).toBeNull();
  });
});

const good: Trial = { fault: null, milliseconds: { convolution: 10, pointwise: null } };
const slow: Trial = { fault: null, milliseconds: { convolution: 30, pointwise: null } };
const dead: Trial = { fault: "conv2d ends the process (SIGSEGV)", milliseconds: good.milliseconds };

/** A machine with tfjs-node on which no process is started. */
function machine(cache: string | null, results: readonly (Trial | null)[], conditions: object = {}) {
  const asked: string[] = [];
  const left = [...results];
  const host: NativeHost = {
    conditions: () => conditions,
    trial: (kernels, env) => {
      asked.push(`${kernels} ${JSON.stringify(env)}`);
      return Promise.resolve(kernels === "library" ? dead : (left.shift() ?? null));
    },
    cache,
  };
  return { host, asked };
}

describe("the verdict", () => {
  let folder = "";
  beforeEach(async () => void (folder = join(await temporaryFolder(), "cache")));
  const files = () => readdir(folder);
  const oneTrial = ["espalier {}"];

  test("is kept for the same conditions, and made anew for others and when asked to", async () => {
    const first = machine(folder, [good], { cpu: "a" });
    expect(await judge(first.host)).toEqual({ asIs: good, withoutOneDnn: null });
    expect(await judge(first.host)).toEqual({ asIs: good, withoutOneDnn: null });
    expect(first.asked).toEqual(oneTrial);
    const again = machine(folder, [dead], { cpu: "a" });
    expect((await judge(again.host))?.asIs).toEqual(good);
    expect(again.asked).toEqual([]);
    const other = machine(folder, [slow], { cpu: "b" });
    expect((await judge(other.host))?.asIs).toEqual(slow);
    expect(await files()).toHaveLength(2);
    const fresh = machine(folder, [dead, slow], { cpu: "a" });
    await judge(fresh.host, { fresh: true });
    expect(fresh.asked).toEqual(["espalier {}", 'espalier {"TF_ENABLE_ONEDNN_OPTS":"0"}']);
    expect(await judge(machine(folder, [], { cpu: "a" }).host)).toEqual({ asIs: dead, withoutOneDnn: slow });
  });

  test.each([
    ["cut off", (text: string) => text.slice(0, 40)],
    ["empty", () => ""],
    ["another kind of thing", () => "[null]"],
    ["of other conditions", (text: string) => text.replace("cpu", "gpu")],
    ["without a trial", (text: string) => text.replace("asIs", "asWas")],
    ["with a fault that is none", (text: string) => text.replace('"fault":null', '"fault":7')],
  ])("is made anew where the file is %s", async (_, spoil) => {
    const conditions = { cpu: "a" };
    await judge(machine(folder, [good], conditions).host);
    const file = join(folder, (await files())[0] ?? "");
    const text = await readFile(file, "utf8");
    await writeFile(file, spoil(text));
    const { host, asked } = machine(folder, [good], conditions);
    expect((await judge(host))?.asIs).toEqual(good);
    expect(asked).toEqual(oneTrial);
    expect(await readFile(file, "utf8")).toBe(text);
  });

  test("needs no folder, and takes none that cannot be written", async () => {
    const blocked = join(await temporaryFolder(), "file");
    await writeFile(blocked, "");
    for (const cache of [null, blocked, join(blocked, "below")]) {
      const { host, asked } = machine(cache, [good]);
      expect((await judge(host))?.asIs).toEqual(good);
      expect((await judge(host))?.asIs).toEqual(good);
      expect(asked).toEqual(oneTrial);
    }
  });

  test("of many processes at once leaves one whole file", async () => {
    const hosts = Array.from({ length: 20 }, () => machine(folder, [good]).host);
    await Promise.all(hosts.map((host) => judge(host)));
    expect(await files()).toHaveLength(1);
    const { host, asked } = machine(folder, []);
    expect((await judge(host))?.asIs).toEqual(good);
    expect(asked).toEqual([]);
  });

  test("that nothing can be tried is not kept", async () => {
    expect(await judge(machine(folder, [null]).host)).toBeNull();
    expect(existsSync(folder)).toBe(false);
  });

  test("tells what it costs", () => {
    expect(priceOf({ asIs: good, withoutOneDnn: null })).toBeNull();
    expect(priceOf({ asIs: dead, withoutOneDnn: slow })).toBe(
      "conv2d ends the process (SIGSEGV) with oneDNN, TensorFlow's fast kernels; they are off: a convolution with its gradients takes 3.0 times as long",
    );
  });
});

describe("a machine on which TensorFlow dies", () => {
  const reason = "conv2d ends the process (SIGSEGV); without oneDNN conv2d ends the process (SIGSEGV)";

  test("runs on the next backend, and says so", async () => {
    const { host } = machine(null, [dead, dead]);
    const backend = await openBackend({ backend: "auto" }, host);
    expect(backend.name).toBe("wasm");
    expect(backend.skipped).toEqual([{ name: "node", reason }]);
    expect(backend.notes).toEqual([`backend node does not open: ${reason}`]);
  });

  test("refuses tfjs-node when it is asked for by name", async () => {
    const { host } = machine(null, [dead, dead]);
    const failure = await openBackend({ backend: "node" }, host).catch((e: unknown) => e);
    if (!(failure instanceof DiagnosticError)) throw failure;
    const [{ code, notes, help } = { code: "", notes: [], help: "" }] = failure.diagnostics;
    expect({ code, notes }).toEqual({ code: "P7301", notes: [`node: ${reason}`] });
    expect(help).not.toContain("npm install");
  });

  test("is told by the doctor what died, without advice to install what is there", async () => {
    const { host } = machine(null, [dead, dead]);
    const report = await examine({}, host);
    expect(report).toMatchObject({
      backend: "wasm",
      native: { tried: awkward.length, verdict: { asIs: dead, withoutOneDnn: dead }, library: dead },
    });
    expect(report.advice).toEqual([]);
  });

  test("is tried by no other backend", async () => {
    const { host, asked } = machine(null, [dead, dead]);
    expect((await openBackend({ backend: "wasm" }, host)).notes).toEqual([]);
    expect((await openBackend({ backend: "cpu" }, host)).notes).toEqual([]);
    expect(asked).toEqual([]);
  });
});

test("the doctor prints what was tried and what it costs", async () => {
  const { terminal, said } = fakeTerminal({ columns: 300 });
  const times = { convolution: 10, pointwise: [2, 3] as const };
  const host: NativeHost = {
    conditions: () => ({}),
    trial: (kernels, env) =>
      Promise.resolve(
        kernels === "library"
          ? { ...dead, milliseconds: times }
          : "TF_ENABLE_ONEDNN_OPTS" in env
            ? slow
            : dead,
      ),
    cache: null,
  };
  delete process.env["TF_ENABLE_ONEDNN_OPTS"];
  // tfjs-node need not be installed: what the doctor opens then is wasm.
  await doctor({ backend: "auto" }, terminal, host);
  expect(said.out).toContain("a convolution with its gradients takes 3.0 times as long");
  expect(said.out).toContain("TensorFlow's own: conv2d ends the process (SIGSEGV)");
  expect(said.out).toContain("(1.5 times as long)");
  expect(process.env["TF_ENABLE_ONEDNN_OPTS"]).toBe("0");
});
