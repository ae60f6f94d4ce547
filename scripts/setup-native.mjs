#!/usr/bin/env node
/**
 * Gets @tensorflow/tfjs-node running: `npm run setup:native`.
 *
 * Its own installer downloads TensorFlow 2.9 from a file store. Where that is out of reach, this script takes the
 * libraries and headers out of the TensorFlow wheel for Python (through pip) and compiles the addon against them with
 * one compiler call. package.json, the lock file and other packages stay as they are; running it twice does nothing
 * the second time. Everything works without it, on the slower WebAssembly backend.
 *
 * ESPALIER_TENSORFLOW_WHEEL=path takes a wheel that is there already. CXX names the compiler (default g++).
 */
import { execFile, spawn } from "node:child_process";
import { cp, mkdir, mkdtemp, readFile, rename, rm, stat, writeFile } from "node:fs/promises";
import { createRequire } from "node:module";
import { tmpdir } from "node:os";
import path from "node:path";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";

const run = promisify(execFile);
const VERSION = "4.22.0";
const TENSORFLOW = "2.21.0";
const HEADERS = "node-api-headers@1.9.0";
const LIBRARIES = ["libtensorflow_cc.so.2", "libtensorflow_framework.so.2"];
const PROBE_SECONDS = 8;
const INSTALL_MINUTES = 10;

/**
 * The addon Node loads: it loads the real one beside it with the standard error stream closed, because the libraries
 * print a notice while they load that no setting turns off.
 */
const LOADER = `
#include <dlfcn.h>
#include <fcntl.h>
#include <node_api.h>
#include <string>
#include <unistd.h>

NAPI_MODULE_INIT() {
  Dl_info here;
  if (dladdr(reinterpret_cast<void*>(&napi_register_module_v1), &here) == 0) return nullptr;
  std::string folder(here.dli_fname);
  folder.erase(folder.rfind('/'));
  const int error_stream = dup(2);
  const int nowhere = open("/dev/null", O_WRONLY);
  dup2(nowhere, 2);
  void* addon = dlopen((folder + "/tfjs_tensorflow.node").c_str(), RTLD_LAZY);
  dup2(error_stream, 2);
  close(nowhere);
  close(error_stream);
  using Init = napi_value (*)(napi_env, napi_value);
  const Init init = addon ? reinterpret_cast<Init>(dlsym(addon, "napi_register_module_v1")) : nullptr;
  if (init == nullptr) {
    napi_throw_error(env, nullptr, dlerror());
    return nullptr;
  }
  return init(env, exports);
}
`;

/** Ends the script with a message for people. */
class Trouble extends Error {}

const root = projectRoot();
const home = path.join(root, "node_modules", "@tensorflow", "tfjs-node");

try {
  await main();
} catch (error) {
  if (!(error instanceof Trouble)) throw error;
  console.error(`\n${error.message}`);
  console.error("\nespalier works without tfjs-node, on the WebAssembly backend (about three times slower).");
  process.exitCode = 1;
}

async function main() {
  const found = await check();
  if (found.ok) return console.log(`tfjs-node is ready: ${found.text}`);
  if (!(await exists(path.join(home, "package.json")))) await installPackage();
  if (await storeAnswers()) await ordinaryInstall();
  let now = await check();
  if (!now.ok) {
    await compileAgainstWheel();
    now = await check();
  }
  if (!now.ok) throw new Trouble(`tfjs-node is installed but does not run: ${now.text}`);
  console.log(`tfjs-node is ready: ${now.text}`);
}

/** The folder whose node_modules holds tfjs-core: this repository, or the project that installed the package. */
function projectRoot() {
  const here = path.dirname(path.dirname(fileURLToPath(import.meta.url)));
  const core = createRequire(path.join(here, "package.json")).resolve("@tensorflow/tfjs-core/package.json");
  return path.resolve(path.dirname(core), "..", "..", "..");
}

/** Loads tfjs-node in another process and multiplies a matrix. */
async function check() {
  const program = `
    const util = require("node:util");
    util.isNullOrUndefined ??= (v) => v === null || v === undefined;
    util.isArray ??= Array.isArray;
    const tf = require("@tensorflow/tfjs-node");
    const core = require("@tensorflow/tfjs-core");
    if (core.Tensor !== tf.Tensor) throw new Error("two copies of tfjs-core are installed");
    const [product] = tf.matMul(tf.fill([64, 64], 2), tf.fill([64, 64], 3)).dataSync();
    if (tf.getBackend() !== "tensorflow" || product !== 384) throw new Error("it computes wrong results");
    console.log("TensorFlow " + tf.backend().binding.TF_Version);`;
  try {
    const env = { ...process.env, TF_CPP_MIN_LOG_LEVEL: "3" };
    const { stdout } = await run(process.execPath, ["-e", program], { cwd: root, env, timeout: 120_000 });
    return { ok: true, text: stdout.trim() };
  } catch (error) {
    const lines = String(error.stderr ?? error.message).split("\n");
    return { ok: false, text: lines.find((line) => /^\w*Error/.test(line)) ?? lines[0] };
  }
}

/** Only the files of the package: its install script would start the download. */
async function installPackage() {
  console.log(`installing @tensorflow/tfjs-node@${VERSION} (files only) ...`);
  // As an optional peer npm takes it for satisfied; named as a development dependency it is installed. Nothing is saved.
  const flags = ["--no-save", "--save-dev", "--ignore-scripts", "--no-audit", "--no-fund"];
  try {
    await run("npm", ["install", ...flags, `@tensorflow/tfjs-node@${VERSION}`], {
      cwd: root,
      timeout: 300_000,
    });
  } catch (error) {
    throw new Trouble(`npm could not install @tensorflow/tfjs-node@${VERSION}:\n${tail(error)}`);
  }
}

/** Whether the place the installer downloads from answers, so that it cannot hang. */
async function storeAnswers() {
  const setting = (name) => process.env[name] ?? process.env[`npm_config_${name}`];
  const script = await readFile(path.join(home, "scripts", "install.js"), "utf8");
  const host =
    setting("TFJS_NODE_CDN_STORAGE") ?? setting("CDN_STORAGE") ?? /'(https:\/\/[^']+)'/.exec(script)?.[1];
  const base = setting("TFJS_NODE_BASE_URI") ?? `${host}tensorflow/libtensorflow/libtensorflow-`;
  try {
    const signal = AbortSignal.timeout(PROBE_SECONDS * 1000);
    const answer = await fetch(`${base}cpu-linux-x86_64-2.9.1.tar.gz`, { method: "HEAD", signal });
    if (answer.ok) return true;
    console.log(`the file store of tfjs-node answers ${answer.status}`);
  } catch {
    console.log("the file store of tfjs-node is out of reach");
  }
  return false;
}

async function ordinaryInstall() {
  console.log("running the installer of tfjs-node ...");
  const child = spawn("npm", ["rebuild", "@tensorflow/tfjs-node", "--foreground-scripts"], {
    cwd: root,
    stdio: ["ignore", "inherit", "inherit"],
    timeout: INSTALL_MINUTES * 60_000,
  });
  const code = await new Promise((resolve) => child.on("close", resolve).on("error", () => resolve(-1)));
  if (code !== 0) console.log("the installer of tfjs-node failed");
}

async function compileAgainstWheel() {
  if (process.platform !== "linux" || process.arch !== "x64") {
    throw new Trouble(
      `Compiling against the TensorFlow wheel is for Linux on x64; this is ${process.platform} on ${process.arch}.`,
    );
  }
  const compiler = process.env.CXX ?? "g++";
  await need(compiler, ["--version"], "a C++ compiler (Debian: apt install g++)");
  await need("python3", ["--version"], "Python 3, which unpacks the wheel");
  const scratch = await mkdtemp(path.join(tmpdir(), "espalier-native-"));
  try {
    const wheel = await findWheel(scratch);
    await unpack(wheel, scratch);
    await compile(compiler, path.join(scratch, "tensorflow", "include"), await nodeHeaders(scratch), scratch);
  } finally {
    await rm(scratch, { recursive: true, force: true });
  }
}

async function need(command, args, what) {
  try {
    await run(command, args);
  } catch {
    throw new Trouble(`${command} does not run. Needed: ${what}.`);
  }
}

async function findWheel(scratch) {
  const given = process.env.ESPALIER_TENSORFLOW_WHEEL;
  if (given !== undefined) {
    if (await exists(given)) return given;
    throw new Trouble(`ESPALIER_TENSORFLOW_WHEEL names ${given}, which is not there.`);
  }
  console.log(`downloading the TensorFlow ${TENSORFLOW} wheel through pip (270 MB) ...`);
  // The C++ libraries do not depend on the Python version: one wheel fits whatever python3 is here.
  const choice = ["--python-version", "3.11", "--implementation", "cp", "--abi", "cp311"];
  const platform = ["--platform", "manylinux_2_27_x86_64", "--only-binary=:all:", "--no-deps"];
  const target = [
    "--dest",
    scratch,
    "--disable-pip-version-check",
    "--quiet",
    `tensorflow-cpu==${TENSORFLOW}`,
  ];
  try {
    await run("python3", ["-m", "pip", "download", ...choice, ...platform, ...target], {
      timeout: 1_800_000,
    });
  } catch (error) {
    throw new Trouble(
      `pip could not download tensorflow-cpu ${TENSORFLOW}:\n${tail(error)}\n` +
        "Set ESPALIER_TENSORFLOW_WHEEL to a wheel you have.",
    );
  }
  const { stdout } = await run("ls", [scratch]);
  const name = stdout.split("\n").find((file) => file.endsWith(".whl"));
  if (name === undefined) throw new Trouble("pip downloaded no wheel.");
  return path.join(scratch, name);
}

/** Takes the two libraries and the headers out of the wheel; the rest of its gigabyte stays packed. */
async function unpack(wheel, scratch) {
  console.log("unpacking the libraries ...");
  const program = [
    "import sys, zipfile",
    "z = zipfile.ZipFile(sys.argv[1])",
    "lead = ('c/', 'core/platform/', 'tsl/', 'xla/tsl/')",
    "wanted = ['tensorflow/include/tensorflow/' + p for p in lead] + ['tensorflow/include/' + p for p in ('tsl/', 'xla/tsl/')]",
    "wanted += ['tensorflow/' + name for name in sys.argv[3:]]",
    "z.extractall(sys.argv[2], [n for n in z.namelist() if n.startswith(tuple(wanted))])",
  ].join("\n");
  try {
    await run("python3", ["-c", program, wheel, scratch, ...LIBRARIES], { timeout: 600_000 });
  } catch (error) {
    throw new Trouble(`${wheel} could not be unpacked:\n${tail(error)}`);
  }
  await mkdir(path.join(home, "deps", "lib"), { recursive: true });
  for (const library of LIBRARIES) {
    const from = path.join(scratch, "tensorflow", library);
    if (!(await exists(from)))
      throw new Trouble(`the wheel holds no ${library}; take tensorflow-cpu ${TENSORFLOW}.`);
    await move(from, path.join(home, "deps", "lib", library));
  }
}

/** Node's headers from its own installation, else from the npm package that carries them. */
async function nodeHeaders(scratch) {
  const prefix = process.config.variables.node_prefix;
  const places = [
    path.dirname(path.dirname(process.execPath)),
    process.env.npm_config_nodedir,
    prefix,
    "/usr",
  ];
  for (const place of places) {
    const include = path.join(String(place), "include", "node");
    if (await exists(path.join(include, "node_api.h"))) return include;
  }
  console.log(`fetching ${HEADERS} ...`);
  try {
    await run("npm", ["pack", HEADERS, "--pack-destination", scratch], { cwd: scratch, timeout: 120_000 });
    await run("tar", ["-xzf", `${HEADERS.replace("@", "-")}.tgz`], { cwd: scratch });
  } catch (error) {
    throw new Trouble(`Node's headers are not installed and could not be fetched:\n${tail(error)}`);
  }
  return path.join(scratch, "package", "include");
}

async function compile(compiler, tensorflow, node, scratch) {
  console.log("compiling the addon (about 15 s) ...");
  const target = path.join(home, "lib", "napi-v8");
  const loader = path.join(scratch, "loader.cc");
  await writeFile(loader, LOADER);
  const sources = ["tfjs_backend.cc", "tfjs_binding.cc"].map((file) => path.join(home, "binding", file));
  const include = [node, tensorflow, home].flatMap((folder) => ["-I", folder]);
  const flags = ["-O2", "-std=c++17", "-shared", "-fPIC", "-DNAPI_VERSION=8", ...include];
  const libraries = LIBRARIES.map((library) => `-l:${library}`);
  const paths = [`-L${path.join(home, "deps", "lib")}`, "-Wl,-rpath,$ORIGIN/../../deps/lib"];
  const addon = path.join(scratch, "tfjs_tensorflow.node");
  const binding = path.join(scratch, "tfjs_binding.node");
  try {
    const limit = { timeout: 600_000 };
    await run(compiler, [...flags, ...sources, ...paths, ...libraries, "-o", addon], limit);
    await run(compiler, [...flags, loader, "-ldl", "-o", binding], limit);
  } catch (error) {
    throw new Trouble(`the addon did not compile:\n${tail(error)}`);
  }
  await mkdir(target, { recursive: true });
  await move(addon, path.join(target, "tfjs_tensorflow.node"));
  await move(binding, path.join(target, "tfjs_binding.node"));
}

async function exists(file) {
  return stat(file).then(
    () => true,
    () => false,
  );
}

/** Renames, or copies to a temporary name and renames where the target is another file system. */
async function move(from, to) {
  try {
    await rename(from, to);
  } catch {
    await cp(from, `${to}.part`);
    await rename(`${to}.part`, to);
  }
}

function tail(error) {
  return String(error.stderr ?? error.message)
    .trim()
    .split("\n")
    .slice(-12)
    .join("\n");
}
