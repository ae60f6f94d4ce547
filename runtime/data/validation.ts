import { raise } from "../../core/diagnostics/create.js";
import { counted } from "../../core/ir/words.js";
import { randomStream } from "../../core/random.js";
import type { DataSource, IndexedSplit } from "./types.js";

/**
 * Holds a share of the training examples out for validation: the same ones in every run, whatever its seed. Data that bring a
 * validation split keep theirs.
 * @throws DiagnosticError P7006 where no part can be held out
 */
export function holdOutValidation(source: DataSource, share: number | null): DataSource {
  if (share === null || source.validation) return source;
  const { train } = source;
  const { name } = source.describe();
  if (train.kind === "streamed")
    raise("P7006", `\`${name}\` comes in batches, of which no share can be held out`, {
      help: "let it bring a split of its own: `validation`, beside `train`",
    });
  const held = Math.round(share * train.examples);
  if (held < 1 || held >= train.examples)
    raise(
      "P7006",
      `${100 * share}% of ${counted(train.examples, "training examples")} leaves nothing to validate or to train on`,
    );
  const order = randomStream(1, "validation").permutation(train.examples);
  const part = (chosen: Int32Array): IndexedSplit => {
    const places = chosen.toSorted();
    return {
      kind: "indexed",
      examples: places.length,
      gather: (indices) => train.gather(indices.map((index) => places[index] ?? 0)),
    };
  };
  const [validation, rest] = [part(order.subarray(0, held)), part(order.subarray(held))];
  return {
    train: rest,
    validation,
    test: source.test ?? null,
    describe: () => ({ ...source.describe(), train: rest.examples, validation: held }),
    ...(source.close && { close: () => source.close?.() }),
  };
}
