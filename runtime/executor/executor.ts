import { outputNames } from "../../core/network/ends.js";
import type { Network } from "../../core/network/types.js";
import { tf } from "../backend/tf.js";
import type { Backend } from "../backend/types.js";
import type { Places } from "../../core/masks/masked.js";
import type { Parameter, ParameterStore } from "../../core/parameters.js";
import type {
  Batch,
  Dense,
  DrawnGates,
  Executor,
  Lesson,
  Loss,
  MeasuredBatch,
  Metric,
  OwnFunction,
  StepResult,
} from "../types.js";
import { rightRows, type Right } from "./accuracy.js";
import { inputTensors } from "./inputs.js";
import { checkFinite, checkSlope, metricOf } from "../own/call.js";
import { distanceTo, logitsOf } from "./distillation.js";
import { headsOf } from "./head.js";
import { lossValue } from "./loss-value.js";
import { givesLogits, judgedBy, outputLosses, settle, wantsLogits, type OutputLoss } from "./loss.js";
import { attendedTensor } from "./attended.js";
import { backward } from "./gradients.js";
import { moveStatistics } from "./layers/normalization.js";
import { onlookerOf, pullingOnlooker, pullingReader } from "./observe.js";
import type { Mode, Pass } from "./pass.js";
import { execute, makePlan, type Execution, type Onlooker, type Reader } from "./plan.js";
import { raise } from "../../core/diagnostics/create.js";
import { activityOnlooker, regularize, regularizersOf } from "./regularizers.js";
import { synflow } from "./synflow.js";
import { checkTargets, checkValues, targetOf, type Target } from "./targets.js";
import { makeVariables, type Shown } from "./variables.js";
import { positionWeights, spread } from "./weights.js";

/** Kept by batch normalization: no gradient leads to them. */
export const isStatistic = (key: string): boolean => /moving_(?:mean|variance)$/.test(key);

export interface ExecutorOptions {
  /** One for all outputs or one per output; without it the file's training config or the last activations decide. */
  readonly losses?: readonly Loss[];
  /** Functions per output that stand for what the training config says; null where they do not. */
  readonly ownLosses?: readonly (OwnFunction | null)[];
  /** Measured by `evaluate` beside the loss. */
  readonly metrics?: readonly Metric[];
  readonly seed: number;
  /** What is latent now: zero wherever the network computes. Default: nothing. */
  readonly latent?: () => Places;
  /** What learned gates make of a weight outside of training. Default: nothing. */
  readonly gated?: Shown;
}

/** One output's loss for a batch. */
interface Goal extends OutputLoss {
  readonly loss: Loss;
  readonly logits: boolean;
}

/**
 * Runs `network` from the masters in `store`. Nothing of the network's size is copied but the variables.
 *
 * - `trainStep` adds the regularizers of the layers' configs (l1, l2), of weights and activities, to loss and gradients; `gradients` and `evaluate`
 *   give the loss of the data alone.
 * - `trainStep` gives gradients of the trainable weights, `gradients` of frozen ones too: they can be scored.
 * - `gradients(…, "loss")` normalises by the stored statistics, as inference does, unless those of the batch are asked for.
 * - The last soft-max or sigmoid is left out where the loss can be had from logits; an observed last layer
 *   then shows its logits.
 * - `call` of an observation is the index in `network.calls`.
 */
export function createExecutor(
  network: Network,
  store: ParameterStore,
  backend: Backend,
  options: ExecutorOptions,
): Executor {
  checkRefusals(network, backend, "any");
  const variables = makeVariables(store, backend, options.latent, options.gated);
  const plan = makePlan(network, backend, variables);
  const losses = outputLosses(network, options.losses, options.ownLosses);
  const names = outputNames(network);
  const regularizers = regularizersOf(network);
  const trainable = [...store.values()].filter((p) => p.trainable);
  const scored = [...store.values()].filter((p) => p.trainable || !isStatistic(p.key));

  const goalsOf = (batch: Batch, wanted: readonly OutputLoss[]): Goal[] =>
    wanted.map((loss, i) => {
      const target = batch.targets[i];
      const shape = network.tensors[network.outputs[i] ?? -1]?.shape ?? [];
      const settled: Loss = target
        ? settle(loss, target, shape[shape.length - 1] ?? 1)
        : { name: "mean-squared-error" };
      return { ...loss, loss: settled, logits: givesLogits(settled.name, loss.head) };
    });
  const stripped = (goals: readonly Goal[]): ReadonlySet<number> =>
    new Set(goals.filter((g) => wantsLogits(g.loss.name, g.head)).map((g) => g.head.call));
  const pass = (mode: Mode, step: number): Pass => ({ mode, seed: options.seed, step, updates: [] });

  /** Own losses whose slope was looked at. */
  const sloped = new Set<OwnFunction>();

  /** Loss, right rows and metrics of a batch; to be called in a tidy. */
  const lossOf = (
    batch: Batch,
    e: Omit<Execution, "logits">,
    metrics: readonly Metric[] = [],
    lesson: Lesson | null = null,
    wanted: readonly OutputLoss[] = losses,
  ): Right & MeasuredBatch & { readonly loss: tf.Scalar; readonly owned: readonly (() => void)[] } => {
    checkTargets(network, batch);
    const goals = goalsOf(batch, wanted);
    const outputs = execute(network, plan, inputTensors(network, batch.inputs), {
      ...e,
      logits: stripped(goals),
    });
    let right: Right = { correct: NaN, top5: NaN, counted: batch.size };
    let loss: tf.Scalar | null = null;
    const measured: Record<string, number> = {};
    const owned: (() => void)[] = [];
    goals.forEach((goal, i) => {
      const y = outputs[i];
      const target = batch.targets[i];
      if (!y || !target) throw new Error(`output ${i} or its targets are missing`);
      checkValues(goal.loss.name, target);
      const weights = batch.weights?.[i] ?? null;
      const counts = positionWeights(goal.loss, target, y.shape, weights);
      const value = lossValue(backend.ops, goal.loss, y, targetOf(target), goal.logits, counts);
      const minimized = lesson === null ? value : taught(lesson, i, goal, y, value, weights);
      const part: tf.Scalar = goal.weight === 1 ? minimized : tf.mul(minimized, goal.weight);
      loss = loss ? tf.add(loss, part) : part;
      const shown = { values: backend.read(y), shape: y.shape, logits: goal.logits };
      if (Number.isNaN(right.correct)) right = rightRows(judgedBy(goal), shown, target, weights);
      const { own } = goal.loss;
      if (own !== undefined) {
        const values = shown.values.slice();
        const yTrue = targetOf(target);
        const slope = (): void =>
          checkSlope(own, yTrue.dense(y.shape), { values, shape: y.shape }, backend.read);
        checkFinite(own, backend.read(value)[0] ?? NaN, values);
        if (e.taped && !sloped.has(own)) slope();
        if (e.taped) owned.push(slope);
        sloped.add(own);
      }
      for (const { name, value: found } of metricsAt(i, goal, metrics, y, targetOf(target))) {
        const mean = backend.read(found.mean)[0] ?? NaN;
        checkFinite(found.own, mean, shown.values);
        measured[name] = mean * batch.size;
      }
    });
    return { ...right, metrics: measured, loss: loss ?? tf.scalar(0), owned };
  };

  /** The loss at an output with the distance to the teacher there. Rows weigh in both; weights of classes belong to the loss. */
  const taught = (
    lesson: Lesson,
    output: number,
    goal: Goal,
    y: tf.Tensor,
    loss: tf.Scalar,
    rows: Float32Array | null,
  ): tf.Scalar => {
    const outputs = lesson.outputs[output];
    if (outputs === undefined) throw new Error(`the teacher has no output ${output}`);
    const counts = rows && { data: spread(rows, y.size / (y.shape.at(-1) ?? 1)), columns: 1 };
    const distance = distanceTo(backend.ops, y, goal, outputs, lesson, counts);
    const part: tf.Scalar = tf.mul(distance, lesson.weight);
    return lesson.beside === 0 ? part : tf.add(tf.mul(loss, lesson.beside), part);
  };

  /** What metrics give for an output; several outputs tell theirs apart by name. */
  const metricsAt = (
    output: number,
    { logits, head }: Goal,
    metrics: readonly Metric[],
    y: tf.Tensor,
    target: Target,
  ) => {
    const here = metrics.filter((one) => (one.output ?? output) === output);
    if (here.length === 0) return [];
    const left = logits && head.call >= 0;
    const yPred = !left ? y : head.kind === "softmax" ? tf.softmax(y) : tf.sigmoid(y);
    const yTrue = target.dense(y.shape);
    return here.map(({ name, own }) => ({
      name: names.length > 1 ? `${name} of ${names[output] ?? output}` : name,
      value: { own, mean: metricOf(own, yTrue, yPred) },
    }));
  };

  /** Gradients of weights and of other tensors, as arrays nobody else holds. */
  const differentiate = (
    forward: () => tf.Scalar,
    weights: readonly Parameter[],
    others: readonly tf.Tensor[] = [],
  ): { loss: number; gradients: Map<string, Float32Array>; ofOthers: readonly Float32Array[] } =>
    scoped(() => {
      const sources = [...weights.map((p) => variables.get(p.key)), ...others];
      if (sources.length === 0)
        return { loss: backend.read(forward())[0] ?? NaN, gradients: new Map(), ofOthers: [] };
      const { value, grads } = backward(forward, sources);
      const arrays = sources.map(({ size }, i) => {
        const gradient = grads[i];
        const values = gradient ? backend.read(gradient) : new Float32Array(size);
        // Only the wasm backend reads into memory of its own; elsewhere several tensors may share the array.
        return backend.name === "wasm" ? values : values.slice();
      });
      return {
        loss: backend.read(value)[0] ?? NaN,
        gradients: new Map(weights.map(({ key }, i) => [key, arrays[i] ?? new Float32Array(0)])),
        ofOthers: arrays.slice(weights.length),
      };
    });

  const step = (
    batch: Batch,
    current: Pass,
    weights: readonly Parameter[],
    onlooker?: Onlooker,
    /** Scalars that the pass puts here, to be added to the loss. */
    penalties: readonly tf.Scalar[] = [],
    lesson: Lesson | null = null,
    wanted: readonly OutputLoss[] = losses,
    reader?: Reader,
  ): StepResult => {
    checkRefusals(network, backend, "training");
    let right: Pick<Right, "correct" | "counted"> = { correct: NaN, counted: 0 };
    let owned: readonly (() => void)[] = [];
    const [reads, variances] = [[...(current.reads ?? [])], [...(current.variances ?? [])]];
    const anchors = [...(current.attended?.values() ?? [])].map(({ anchor }) => anchor);
    const { ofOthers, ...result } = differentiate(
      () => {
        const seen = { pass: current, taped: true, reader, ...(onlooker && { onlooker }) };
        const { loss, correct, counted, ...of } = lossOf(batch, seen, [], lesson, wanted);
        right = { correct, counted };
        owned = of.owned;
        return penalties.reduce((sum, penalty) => tf.add<tf.Scalar>(sum, penalty), loss);
      },
      weights,
      [...[...reads, ...variances].map(([, tensor]) => tensor), ...anchors],
    );
    const found = (n: number): Float32Array => ofOthers[n] ?? new Float32Array(0);
    const ofDraws = {
      reads: new Map(reads.map(([layer], n) => [layer, found(n)])),
      variances: new Map(variances.map(([key], n) => [key, found(reads.length + n)])),
    };
    // Whether a loss of the user's is to blame is looked at only where something is wrong.
    if (owned.length > 0 && [...result.gradients.values()].some((one) => !one.every(Number.isFinite)))
      scoped(() => owned.forEach((slope) => slope()));
    return { ...result, ...right, ofDraws };
  };

  return {
    network,
    upload: (keys) => variables.upload(keys ?? store.keys()),
    predict: (inputs) =>
      scoped(() => {
        variables.settle();
        const tensors = inputTensors(network, inputs);
        const outputs = execute(network, plan, tensors, {
          pass: pass("inference", 0),
          taped: false,
          logits: new Set(),
        });
        return outputs.map((y): Dense => ({ kind: "dense", data: backend.read(y).slice(), shape: y.shape }));
      }),
    logits: (inputs) =>
      scoped(() => {
        variables.settle();
        const heads = headsOf(network);
        const logits = new Set(heads.map(({ call }) => call));
        const e: Execution = { pass: pass("inference", 0), taped: false, logits };
        return execute(network, plan, inputTensors(network, inputs), e).map((y, i): Dense => {
          const head = heads[i];
          const z = head === undefined || head.call >= 0 ? y : logitsOf(y, head.kind);
          return { kind: "dense", data: backend.read(z).slice(), shape: y.shape };
        });
      }),
    trainStep(batch, number, pulls = [], observe, gates, lesson) {
      if (gates === undefined) variables.settle();
      else variables.draw([...gates.keys, ...gates.bare], gates.shown);
      const guarded = [...store.values()].filter((p) => !p.trainable && gates?.keys.has(p.key) === true);
      const penalties: tf.Scalar[] = [];
      const activities = activityOnlooker(network, (penalty) => penalties.push(penalty));
      const onlookers = [
        ...(activities === null ? [] : [activities]),
        ...(pulls.length === 0 ? [] : [pullingOnlooker(pulls, backend)]),
        ...(observe ? [onlookerOf(observe, backend, true)] : []),
      ];
      // Whoever looks last sees gradients first: before the pulls add to them.
      const onlooker: Onlooker = (node, outputs, input) =>
        onlookers.reduce<readonly tf.Tensor[]>((seen, look) => look(node, seen, input), outputs);
      const moved = pass("training", number);
      const result = scoped(() =>
        step(
          batch,
          gates === undefined ? moved : { ...moved, ...drawnTensors(gates, store, backend, batch.size) },
          [...trainable, ...guarded],
          onlookers.length === 0 ? undefined : onlooker,
          penalties,
          lesson,
          losses,
          pullingReader(pulls, backend),
        ),
      );
      variables.upload(moveStatistics(moved.updates, store, options.latent?.() ?? new Map()));
      variables.download();
      return { ...result, loss: result.loss + regularize(regularizers, variables.shown, result.gradients) };
    },
    gradients(batch, objective, { observe, statistics = "stored", loss } = {}) {
      variables.settle();
      if (objective === "loss") {
        const onlooker = observe && onlookerOf(observe, backend, true);
        const mode = statistics === "batch" ? "scoring" : "inference";
        const wanted = loss === undefined ? losses : outputLosses(network, [loss]);
        return step(batch, pass(mode, 0), scored, onlooker, [], null, wanted);
      }
      return synflow({
        network,
        plan,
        store,
        variables,
        backend,
        losses,
        pass: pass("inference", 0),
        differentiate: (forward) => differentiate(forward, scored),
        observe,
      });
    },
    batchStatistics(batch) {
      variables.settle();
      const current: Pass = { ...pass("scoring", 0), gathers: true };
      scoped(() => {
        const inputs = inputTensors(network, batch.inputs);
        execute(network, plan, inputs, { pass: current, taped: false, logits: new Set() });
      });
      return current.updates;
    },
    evaluate: (batch, observe) =>
      scoped(() => {
        variables.settle();
        const onlooker = observe ? { onlooker: onlookerOf(observe, backend, false) } : {};
        const { loss, correct, top5, counted, metrics } = lossOf(
          batch,
          { pass: pass("inference", 0), taped: false, ...onlooker },
          options.metrics,
        );
        return { correct, top5, counted, metrics, loss: (backend.read(loss)[0] ?? NaN) * batch.size };
      }),
    dispose: () => variables.dispose(),
  };
}

/** Stops before a backend would compute a layer wrong. */
function checkRefusals(network: Network, backend: Backend, pass: "training" | "any"): void {
  for (const refusal of backend.refusals) {
    if (refusal.pass !== pass) continue;
    const layer = network.layers.find((l) => refusal.classNames.includes(l.className));
    if (!layer) continue;
    raise(
      "P5153",
      `layer \`${layer.path}\` of class \`${layer.className}\` cannot be ${pass === "any" ? "run" : "trained"} on the ${backend.name} backend`,
      { help: "`espalier doctor` says which backends there are", notes: [refusal.reason] },
    );
  }
}

/** What gates drew for a step as tensors; to be called in a scope. */
function drawnTensors(
  { reads, variances, attended: modules }: DrawnGates,
  store: ParameterStore,
  backend: Backend,
  rows: number,
): Required<Pick<Pass, "reads" | "variances" | "attended">> {
  return {
    reads: new Map([...reads].map(([layer, z]) => [layer, tf.tensor(z, [rows, z.length / rows])])),
    variances: new Map(
      [...variances].map(([key, data]) => [key, tf.tensor(data, [...(store.get(key)?.shape ?? [])])]),
    ),
    attended: new Map(
      [...modules].map(([layer, module]) => [layer, attendedTensor(module, (t) => backend.read(t))]),
    ),
  };
}

/** `tf.tidy` for results that hold no tensors. */
function scoped<T>(body: () => T): T {
  const engine = tf.engine();
  engine.startScope("espalier");
  try {
    return body();
  } finally {
    engine.endScope();
  }
}
