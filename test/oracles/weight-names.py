"""Records what Keras calls the variables of its layers: `python weight-names.py keras` or `tf_keras` on stdout.

Python 3.11; keras 3.15.1, tf_keras 2.21.0, tensorflow 2.21.0. A case is a model, mostly of one layer, its config as the file holds it, and name
and shape of each variable; of Keras 3 its name in a `.keras` archive too, which the converter of such files keeps.
"""

import importlib
import json
import sys
import tempfile
import zipfile
from io import BytesIO

import h5py
import numpy

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
models = [(type(layer).__name__, keras.Sequential([keras.Input(shape), layer])) for layer, shape in cases]
if package == "keras":
    some = [L.Conv2D(4, 3, name="b"), L.BatchNormalization(name="norm"), L.ReLU(), L.Conv2D(4, 3, name="a")]
    some += [L.BatchNormalization(scale=False), L.Flatten(), L.Dropout(0.5), L.Dense(3), L.Dense(3, name="out")]
    models.append(("several of a class", keras.Sequential([keras.Input(MAP), *some])))
    inner = keras.Input(ROW)
    model = keras.Model(inner, L.Dense(3)(L.Dense(4)(inner)), name="inner")
    stacked = keras.Sequential([L.Dense(4), L.Dense(5)], name="stacked")
    models.append(("models in models", keras.Sequential([keras.Input(ROW), L.Dense(4), model, stacked, L.Dense(2)])))


def archived(model):
    """The name of every variable in a `.keras` archive, found by its value."""
    for i, weight in enumerate(model.weights):
        weight.assign(numpy.full(weight.shape, i + 1.0))
    path = tempfile.mktemp() + ".keras"
    model.save(path)
    file = h5py.File(BytesIO(zipfile.ZipFile(path).read("model.weights.h5")))
    names = {}
    file.visititems(
        lambda name, item: names.update({item[()].flat[0]: name}) if isinstance(item, h5py.Dataset) else None
    )
    return [names[i + 1.0] for i in range(len(model.weights))]


named = []
for title, model in models:
    variables = [v for v in model.variables if "seed_generator_state" in v.path] if package == "keras" else []
    weights = [
        [getattr(v, "path", v.name).split(":")[0], list(v.shape)] for v in [*model.weights, *variables]
    ]
    topology = {"model_config": json.loads(model.to_json()), "keras_version": keras.__version__}
    case = {"class": title, "topology": topology, "weights": weights}
    named.append({**case, "archived": archived(model)} if package == "keras" else case)
json.dump(named, sys.stdout, separators=(",", ":"))
