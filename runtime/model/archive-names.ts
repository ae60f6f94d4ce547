import { isObject, own } from "../../core/network/json.js";
import { MAX_NESTING } from "../../core/network/limits.js";
import { isModelClass, unwrapModel } from "../../core/network/unwrap.js";

/**
 * Names of weights as Keras 3 has them in its `.keras` archives, which the converter of such files keeps: `layers/dense_1/vars/0` is the
 * first variable of the second Dense layer in the list of layers, whatever the layers are called.
 */

const ARCHIVED = /^((?:layers\/[^/]+\/)*layers\/[^/]+)\/(.*\/)?vars\/(\d+)$/;
/** What an archive calls the insides of a layer, where all their variables are of one list. */
const INSIDE = /^(?:layer\/)?(?:cell\/)?$/;

/** The name by position that a weight answers to (`dense/vars/0`); another that is not of an archive of this model stays. */
export function archiveNames(json: unknown): (name: string) => string {
  let paths: Map<string, string> | null = null;
  return (name) => {
    const [, archive = "", inside = "", index] = ARCHIVED.exec(name) ?? [];
    if (index === undefined) return name;
    paths ??= pathsIn(json);
    const path = paths.get(archive);
    if (path === undefined) return name;
    const half = /^(forward|backward)_layer\/(?:cell\/)?$/.exec(inside)?.[1];
    if (half !== undefined) return `${path}/${half}/vars/${index}`;
    return INSIDE.test(inside) ? `${path}/vars/${index}` : `${path}/${inside}vars/${index}`;
  };
}

/** The names by position of the weight at a place of a layer; the first half of a Bidirectional's goes forward. */
export function positionsOf(path: string, place: number, count: number): readonly string[] {
  const half = count / 2;
  const inHalf = place < half ? `forward/vars/${place}` : `backward/vars/${place - half}`;
  return [`${path}/vars/${place}`, `${path}/${inHalf}`];
}

function pathsIn(json: unknown): Map<string, string> {
  const paths = new Map<string, string>();
  collect(unwrapModel(json).model, { archive: "", path: "" }, paths, 0);
  return paths;
}

/** Paths of layers by their names in an archive: each class is counted in the order of the list, from the second on. */
function collect(
  model: { readonly [key: string]: unknown },
  at: { readonly archive: string; readonly path: string },
  paths: Map<string, string>,
  depth: number,
): void {
  const config = own(model, "config");
  const list = isObject(config) ? own(config, "layers") : config;
  if (!Array.isArray(list) || depth > MAX_NESTING) return;
  const counts = new Map<string, number>();
  for (const layer of list as readonly unknown[]) {
    if (!isObject(layer)) continue;
    const className = own(layer, "class_name");
    const settings = own(layer, "config");
    const given = own(layer, "name") ?? (isObject(settings) ? own(settings, "name") : undefined);
    if (typeof className !== "string" || typeof given !== "string") continue;
    const kind = className === "Model" ? "functional" : snakeCase(className);
    const count = counts.get(kind) ?? 0;
    counts.set(kind, count + 1);
    const archive = `${at.archive}layers/${kind}${count === 0 ? "" : `_${count}`}`;
    const path = at.path + given;
    paths.set(archive, path);
    if (isModelClass(className))
      collect(layer, { archive: `${archive}/`, path: `${path}>` }, paths, depth + 1);
  }
}

/** `BatchNormalization`: batch_normalization; `PReLU`: p_re_lu. */
const snakeCase = (name: string): string =>
  name
    .replace(/\W+/g, "")
    .replace(/(.)([A-Z][a-z]+)/g, "$1_$2")
    .replace(/([a-z])([A-Z])/g, "$1_$2")
    .toLowerCase();
