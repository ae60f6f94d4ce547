"""Records schedules and masks of the TensorFlow Model Optimization toolkit: `python tfmot_sparsity.py` on stdout.

Python 3.11; tensorflow-model-optimization 0.8.1, tf_keras 2.21.0, tensorflow 2.21.0.
"""

import json
import os
import sys

os.environ["TF_USE_LEGACY_KERAS"] = "1"

import numpy as np
import tensorflow as tf
import tensorflow_model_optimization as tfmot
import tf_keras

sparsity = tfmot.sparsity.keras
random = np.random.default_rng(7)


def weights(shape):
    """Weights that are all of different size, in hundredths."""
    count = int(np.prod(shape))
    sizes = (random.permutation(count) + 1) / 100
    return (sizes * random.choice([-1, 1], count)).reshape(shape).astype("float32")


def numbers(array):
    return [round(float(x), 6) for x in np.ravel(array)]


def bits(array):
    return "".join(str(int(x)) for x in np.ravel(array))


def trained(layer, shape, steps, **how):
    """The masks after each step of a training that moves nothing, and what strip_pruning leaves."""
    start = weights(shape) if how.get("start") is None else how["start"]
    how = {name: value for name, value in how.items() if name != "start"}
    wrapped = sparsity.prune_low_magnitude(layer, **how)
    inputs = (shape[0],) if len(shape) == 2 else (shape[0], shape[1], shape[2])
    model = tf_keras.Sequential([tf_keras.layers.InputLayer(inputs), wrapped])
    model.compile(optimizer=tf_keras.optimizers.legacy.SGD(0.0), loss="mse")
    wrapped.layer.set_weights([start])
    masks = []
    watch = tf_keras.callbacks.LambdaCallback(
        on_train_batch_end=lambda batch, logs: masks.append(bits(wrapped.pruning_vars[0][1].numpy()))
    )
    x = np.ones((steps, *inputs), "float32")
    y = np.zeros((steps, *model.output_shape[1:]), "float32")
    model.fit(x, y, batch_size=1, epochs=1, verbose=0, callbacks=[sparsity.UpdatePruningStep(), watch])
    left = sparsity.strip_pruning(model).layers[-1].get_weights()[0]
    return {"shape": shape, "weights": numbers(start), "masks": masks, "stripped": numbers(left)}


def dense(units):
    return tf_keras.layers.Dense(units, use_bias=False)


def schedule(made, steps):
    """By step from 1: whether masks are made anew, and the sparsity."""
    told = [made(tf.constant(step, tf.int64)) for step in range(1, steps + 1)]
    return {
        "class": type(made).__name__,
        "config": made.get_config()["config"],
        "steps": [[int(now), round(float(share), 6)] for now, share in told],
    }


Poly, Constant = sparsity.PolynomialDecay, sparsity.ConstantSparsity
json.dump(
    {
        "tfmot": tfmot.__version__,
        "schedules": [
            schedule(Poly(0.0, 0.9, 0, 20, 3, 5), 30),
            schedule(Poly(0.2, 0.8, 4, 20, 3, 4), 24),
            schedule(Poly(0.0, 0.75, 0, 17, 3, 5), 24),
            schedule(Poly(0.5, 0.9, 0, 12, 1, 3), 16),
            schedule(Constant(0.5, 0, -1, 5), 20),
            schedule(Constant(0.5, 6, 14, 4), 20),
        ],
        "trained": {
            "PolynomialDecay": trained(dense(10), (8, 10), 14, pruning_schedule=Poly(0.0, 0.8, 0, 12, 3, 3)),
            "ConstantSparsity": trained(dense(10), (8, 10), 12, pruning_schedule=Constant(0.6, 0, -1, 4)),
            "equal sizes": trained(
                dense(4),
                (2, 4),
                1,
                pruning_schedule=Constant(0.5, 0, -1, 1),
                start=np.array([[1, 2, 2, 2], [2, 2, 3, 4]], "float32"),
            ),
        },
        "nm": [
            trained(dense(3), (8, 3), 1, sparsity_m_by_n=(2, 4)),
            trained(dense(2), (10, 2), 1, sparsity_m_by_n=(2, 4)),
            trained(
                tf_keras.layers.Conv2D(3, (2, 2), use_bias=False), (2, 2, 6, 3), 1, sparsity_m_by_n=(2, 4)
            ),
            trained(dense(3), (8, 3), 1, sparsity_m_by_n=(3, 4)),
        ],
        "blocks": [
            {
                "block": list(block),
                "pooling": pooling,
                "sparsity": share,
                **trained(
                    dense(shape[1]),
                    shape,
                    1,
                    pruning_schedule=Constant(share, 0, -1, 1),
                    block_size=block,
                    block_pooling_type=pooling,
                ),
            }
            for block, pooling, shape, share in [
                ((4, 1), "AVG", (8, 6), 0.5),
                ((2, 3), "AVG", (8, 6), 0.5),
                ((2, 3), "MAX", (8, 6), 0.5),
                ((4, 1), "MAX", (8, 6), 0.75),
                ((4, 2), "AVG", (11, 5), 0.5),
                ((4, 2), "MAX", (11, 5), 0.5),
                # Two rows short: pooled with one row of padding above and below, masked without.
                ((4, 2), "MAX", (10, 5), 0.5),
            ]
        ],
    },
    sys.stdout,
)
