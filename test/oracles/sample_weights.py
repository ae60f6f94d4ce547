"""
One layer trained by Keras with weights of examples, of positions and of classes: what `sample-weights.test.ts` compares with.

    python test/oracles/sample_weights.py

wants tensorflow-cpu and keras 3, writes sample-weights.json beside it. The same version of Keras gives the same file.
"""

import json
import os
import pathlib

os.environ["KERAS_BACKEND"] = "tensorflow"
os.environ["TF_CPP_MIN_LOG_LEVEL"] = "3"
import keras
import numpy as np

RATE, STEPS = 0.2, 3


def wave(*shape):
    size = int(np.prod(shape))
    return np.sin(0.7 * np.arange(size) + 1).astype("float32").reshape(shape)


def record(name, places, units, activation, loss, labels, weights=None, class_weights=None):
    """Trains on all examples at once, a step a pass; `labels` of the shape [n, ...places]."""
    n, inputs = labels.shape[0], 3
    model = keras.Sequential([keras.Input([*places, inputs]), keras.layers.Dense(units, activation=activation)])
    model.set_weights([wave(inputs, units), np.zeros(units, "float32")])
    accuracy = "binary_accuracy" if units == 1 else "sparse_categorical_accuracy"
    model.compile(keras.optimizers.SGD(RATE), loss, weighted_metrics=[accuracy])
    x = wave(n, *places, inputs)
    y = labels.astype("float32").reshape(n, 1) if units == 1 else labels
    history = []
    for _ in range(STEPS):
        value, right = model.train_on_batch(x, y, sample_weight=weights, class_weight=class_weights)
        history.append([float(value), float(right)])
        model.reset_metrics()
    kernel, bias = model.get_weights()
    return {
        "name": name,
        "places": list(places),
        "units": units,
        "activation": activation,
        "rate": RATE,
        "labels": labels.reshape(-1).tolist(),
        "weights": None if weights is None else weights.reshape(-1).tolist(),
        "classWeights": None if class_weights is None else [class_weights[i] for i in sorted(class_weights)],
        "history": history,
        "kernel": kernel.reshape(-1).tolist(),
        "bias": bias.tolist(),
    }


SPARSE = "sparse_categorical_crossentropy"
rows = np.array([0, 2, 1, 1, 2, 0])
steps = np.array([[0, 1], [2, 2], [1, 0], [1, 2]])
sides = np.array([0, 1, 1, 0, 1, 0])
uneven = np.array([9, 0, 0.5, 1, 2, 0.25], "float32")
cases = [
    record("examples", [], 3, "softmax", SPARSE, rows, uneven),
    record("positions", [2], 3, "softmax", SPARSE, steps, np.array([[1, 0], [3, 0.5], [0, 0], [2, 1]], "float32")),
    record("sides", [], 1, "sigmoid", "binary_crossentropy", sides, uneven),
    record("classes", [], 3, "softmax", SPARSE, rows, None, {0: 1.0, 1: 4.0, 2: 0.5}),
    record("classes of a sigmoid", [], 1, "sigmoid", "binary_crossentropy", sides, None, {0: 0.5, 1: 3.0}),
]
out = pathlib.Path(__file__).with_name("sample-weights.json")
out.write_text(json.dumps({"keras": keras.__version__, "cases": cases}, indent=1) + "\n")
