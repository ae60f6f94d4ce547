"""Records what Keras calls the variables of its layers: `python weight-names.py keras` or `tf_keras` on stdout.

Python 3.11; keras 3.15.1, tf_keras 2.21.0, tensorflow 2.21.0. A case is a model of one layer, its config as the file holds it, and name and
shape of each variable.
"""

import importlib
import json
import sys

package = sys.argv[1]
keras = importlib.import_module(package)
L = keras.layers
MAP, SEQUENCE, ROW = (8, 8, 3), (5, 3), (4,)
cases = [
    (L.Dense(2), ROW),
    (L.Conv1D(2, 3), SEQUENCE),
    (L.Conv2D(2, 3), MAP),
    (L.Conv3D(2, 3), (5, 5, 5, 2)),
    (L.Conv2DTranspose(2, 3), MAP),
    (L.Conv3DTranspose(2, 3), (5, 5, 5, 2)),
    (L.DepthwiseConv1D(3, depth_multiplier=2), SEQUENCE),
    (L.DepthwiseConv2D(3, depth_multiplier=2), MAP),
    (L.SeparableConv1D(2, 3), SEQUENCE),
    (L.SeparableConv2D(2, 3), MAP),
    (L.BatchNormalization(), MAP),
    (L.LayerNormalization(), MAP),
    (L.GroupNormalization(3), MAP),
    (L.PReLU(), MAP),
    (L.Embedding(4, 2), (3,)),
    (L.SimpleRNN(2), SEQUENCE),
    (L.LSTM(2), SEQUENCE),
    (L.GRU(2, reset_after=False), SEQUENCE),
    (L.ConvLSTM2D(2, 3), (3, 6, 6, 2)),
    (L.Bidirectional(L.LSTM(2)), SEQUENCE),
    (L.Bidirectional(L.GRU(2, reset_after=False), merge_mode="sum"), SEQUENCE),
    (L.TimeDistributed(L.Dense(2)), SEQUENCE),
    (L.TimeDistributed(L.DepthwiseConv2D(3)), (2, 8, 8, 3)),
    (L.RNN(L.LSTMCell(2)), SEQUENCE),
    (L.RNN([L.LSTMCell(2), L.SimpleRNNCell(3)]), SEQUENCE),
    (L.Bidirectional(L.RNN(L.LSTMCell(2))), SEQUENCE),
    (L.Dropout(0.5), ROW),
]
named = []
for layer, shape in cases:
    model = keras.Sequential([keras.Input(shape), layer])
    variables = [v for v in model.variables if "seed_generator_state" in v.path] if package == "keras" else []
    weights = [
        [getattr(v, "path", v.name).split(":")[0], list(v.shape)] for v in [*model.weights, *variables]
    ]
    topology = {"model_config": json.loads(model.to_json()), "keras_version": keras.__version__}
    named.append({"class": type(layer).__name__, "topology": topology, "weights": weights})
json.dump(named, sys.stdout, separators=(",", ":"))
