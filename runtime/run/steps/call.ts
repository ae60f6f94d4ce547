import { raise } from "../../../core/diagnostics/create.js";
import { settle } from "../../../core/masks/hold.js";
import { latentPlaces } from "../../../core/masks/masked.js";
import { randomStream } from "../../../core/random.js";
import { keepLatent } from "../../executor/variables.js";
import type { OwnArguments } from "../../../core/expr/own.js";
import { checkTaken } from "../../own/functions.js";
import { blame } from "../../own/call.js";
import type { StepRandom, StepSession } from "../../own/define.js";
import { settled } from "../../settled.js";
import { toolkit } from "../../toolkit.js";
import { thrown } from "../../user-code.js";
import { watched } from "../../watch/view.js";
import { momentOf } from "../host/engine.js";
import { whole } from "../host/options.js";
import type { Session } from "../host/session.js";
import { calibrationBatches, requireData } from "../phase/batches.js";
import { counted } from "../report/log.js";
import type { Told } from "./step.js";

/**
 * A step in JavaScript: it may set weights, and what masks hold stays as they say.
 * @throws DiagnosticError P7018 where it is not given, P7019 for what it throws, or promises and does not keep
 */
export async function call(
  session: Session,
  id: number,
  name: string,
  args: OwnArguments = {},
): Promise<Told> {
  const own =
    session.options.functions.find((one) => one.kind === "step" && one.name === name) ??
    raise("P7018", `the step \`${name}\` is not given`, {
      help: `give it in the options: \`steps: { ${JSON.stringify(name)}: … }\``,
    });
  checkTaken(own, args);
  const given = openSession(session, id, { ...own.takes, ...args });
  // Whoever wrote it may have been told nothing of its types.
  const act = own.compute as (given: unknown) => unknown;
  try {
    await settled(Promise.resolve(act(given.session)), own.seconds);
  } catch (cause) {
    const { reason, frames } = thrown(cause);
    blame(own, `failed: ${reason}`, frames);
  } finally {
    given.close();
  }
  settle(session);
  const { size } = given.set;
  return `\`${name}\` set ${size === 0 ? "nothing" : counted(size, "weight tensors")}`;
}

/** What a step is given, until it is closed. */
function openSession(session: Session, id: number, args: OwnArguments) {
  const set = new Set<string>();
  let open = true;
  const whileOpen = (): void => {
    if (!open) throw new Error("the step is over");
  };
  const own: StepSession = {
    tf: toolkit.tf,
    args,
    network: watched(session),
    setWeight(key, values) {
      whileOpen();
      write(session, key, values);
      set.add(key);
      session.executor.upload();
    },
    batches(count) {
      whileOpen();
      return calibrationBatches(requireData(session), {
        count: whole(count, "count", 1),
        size: session.options.batch,
        seed: session.options.seed,
        epoch: Math.max(1, Math.ceil(session.clock.epoch)),
        key: momentOf(session, id).key,
      });
    },
    gradients(batch) {
      whileOpen();
      const { loss, gradients } = session.executor.gradients(batch, "loss");
      return { loss, gradients: new Map([...gradients].map(([key, one]) => [key, one.slice()])) };
    },
    random: drawing(session, id),
  };
  return { session: own, set, close: () => void (open = false) };
}

function write(session: Session, key: string, values: ArrayLike<number>): void {
  const data = session.parameters.get(key)?.data;
  if (data === undefined) throw new RangeError(`the network has no weight \`${key}\``);
  if (values.length !== data.length)
    throw new RangeError(`\`${key}\` has ${data.length} values, not ${values.length}`);
  const wrong = Array.from(values).find((value) => !Number.isFinite(Math.fround(value)));
  if (wrong !== undefined) {
    const found = Number.isNaN(wrong) ? "what is not a number" : wrong;
    throw new RangeError(`${found} cannot be a value of \`${key}\``);
  }
  keepLatent(data, latentPlaces(session).get(key), () => data.set(Array.from(values)));
}

/** One draw after the other: the same in every run, resumed or not. */
function drawing(session: Session, id: number): StepRandom {
  const stream = randomStream(session.options.seed, "own step", id, momentOf(session, id).key);
  let position = 0;
  return {
    uniform: () => stream.uniform(position++),
    normal: () => stream.normal(position++),
    integer: (n) => stream.integer(position++, n),
  };
}
