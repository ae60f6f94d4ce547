import { existsSync, readFileSync } from "node:fs";
import { dirname, resolve } from "node:path";
import { readNetwork } from "../../core/network/read.js";
import type { Network } from "../../core/network/types.js";
import type { FrontOptions, ResolvedText } from "../../compiler/passes/index.js";
import { namedNetworks, vgg16 } from "./networks.js";

/**
 * Options of a case, from its first line: `# with: epochs=20 network=residual, identity` or `set=name:value`, and a network that lies in
 * a folder by `teacher=folder:plain`. Imports are read beside the case.
 */
export function caseOptions(text: string, path: string): FrontOptions {
  const [, line = ""] = /^# with: (.*)$/m.exec(text.split("\n", 1)[0] ?? "") ?? [];
  const given = new Map(
    line.split(/ (?=[a-z]+=)/).map((part) => [part.split("=")[0], part.slice(part.indexOf("=") + 1)]),
  );
  const epochs = given.get("epochs");
  const network = given.get("network");
  const set = given.get("set");
  const [folder, teacher] = (given.get("teacher") ?? "").split(":");
  return {
    resolve: (specifier, from) => textBeside(specifier, from ?? path),
    ...(epochs === undefined ? {} : { epochs: Number(epochs) }),
    ...(network === undefined ? {} : { network: namedNetwork(network) }),
    ...(folder === undefined || teacher === undefined
      ? {}
      : { teachers: new Map([[folder, namedNetwork(teacher)]]) }),
    ...(set === undefined
      ? {}
      : { set: { [set.slice(0, set.indexOf(":"))]: set.slice(set.indexOf(":") + 1) } }),
  };
}

export function namedNetwork(name: string): Network {
  const draw = name === "vgg16" ? vgg16 : namedNetworks.get(name);
  const network = draw && readNetwork(draw()).network;
  if (!network) throw new Error(`no network ${name}: ${[...namedNetworks.keys()].join("; ")}`);
  return network;
}

function textBeside(specifier: string, from: string): ResolvedText | null {
  const file = resolve(dirname(from), specifier);
  return existsSync(file) ? { file, text: readFileSync(file, "utf8") } : null;
}
