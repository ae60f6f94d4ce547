import { raise } from "../../../core/diagnostics/create.js";
import { guardedKeys } from "../../../core/gates/values.js";
import { counted } from "../../../core/ir/words.js";
import { mostBits, usualBits } from "../../../core/quantize/methods.js";
import { share, type Shared, type Sharing } from "../../../core/quantize/shared.js";
import { candidateWeights } from "../../../core/units/candidates.js";
import type { QuantizeSpec } from "../../helpers.js";
import { numberOf } from "../../optimizers/rates.js";
import { quantizeIr } from "../../statements.js";
import { whole } from "../host/options.js";
import type { Session } from "../host/session.js";
import { storedNow } from "../report/stored.js";
import { selectLayers } from "./select-layers.js";
import type { Told } from "./step.js";

/**
 * The living weights of each kernel get as few values as the bits number, by k-means, and share them from here on.
 * @throws DiagnosticError P2049 where learned masks multiply some of them, P7010 for bits that are no whole number from 1 to 16
 */
export function quantize(session: Session, id: number, spec: QuantizeSpec = {}): Told {
  const { loaded, network, state, options } = session;
  const { bits, ...selection } = quantizeIr(id, spec, options);
  const most = bits === undefined ? undefined : 2 ** bitsOf(numberOf(bits));
  const paths = new Set(selectLayers(loaded, selection, "weights"));
  const sharing = network.layers
    .filter(({ path }) => paths.has(path))
    .flatMap((layer) => candidateWeights(layer, "weights", selection.in !== undefined))
    .map(({ key, shape }): Sharing => ({ key, most: most ?? 2 ** usualBits(shape) }));
  const guarded = new Set(guardedKeys(network, state.gates));
  if (sharing.some(({ key }) => guarded.has(key)))
    raise("P2049", "masks are learned above that are not part of the weights yet", {
      help: "write `harden masks` above",
    });
  return told(session, share(session, sharing));
}

function bitsOf(bits: number): number {
  if (whole(bits, "bits", 1) <= mostBits) return bits;
  return raise("P7010", `weights share at most as many values as ${mostBits} bits number, not ${bits}`);
}

function told(session: Session, shared: readonly Shared[]): Told {
  const sum = (of: (one: Shared) => number): number => shared.reduce((total, one) => total + of(one), 0);
  const values = `${counted(
    sum((one) => one.weights),
    "weights",
  )} share ${counted(
    sum((one) => one.values),
    "values",
  )}`;
  const { dense, sparse, shared: numbered, coded } = storedNow(session).all;
  const text = `${values}: ${counted(dense, "bytes")} dense, ${counted(sparse, "bytes")} without zeros, ${counted(numbered, "bytes")} with shared values, ${counted(coded, "bytes")} in Huffman's code`;
  const alone = shared.filter((one) => one.weights > 0 && one.values === one.weights);
  if (alone.length === 0) return text;
  const keys = alone.slice(0, 5).map(({ key }) => `\`${key}\``);
  return { text, notes: [`no two weights share a value in ${keys.join(", ")}`] };
}
