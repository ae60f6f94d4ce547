"""Records what the constraints of Keras make of a weight: `python constraints.py` on stdout.

Python 3.11; keras 3.15.1, tensorflow 2.21.0.
"""

import json
import sys

import keras
import numpy as np

C = keras.constraints
random = np.random.default_rng(1)
held = []
for constraint, shape in [
    (C.NonNeg(), (4, 3)),
    (C.MaxNorm(1.0, axis=0), (4, 3)),
    (C.MaxNorm(2.0, axis=[0, 1, 2]), (3, 3, 2, 4)),
    (C.UnitNorm(axis=0), (4, 3)),
    (C.UnitNorm(axis=1), (4, 3)),
    (C.MinMaxNorm(0.5, 1.0, rate=1.0, axis=0), (4, 3)),
    (C.MinMaxNorm(1.5, 2.0, rate=0.3, axis=[0, 1]), (2, 3, 4)),
    (C.MaxNorm(0.5), (3,)),
]:
    before = random.normal(size=shape).astype("float32")
    before[..., 0] = 0
    after = keras.ops.convert_to_numpy(constraint(keras.ops.convert_to_tensor(before)))
    config = {"class_name": type(constraint).__name__, "config": constraint.get_config()}
    values = [[float(x) for x in array.ravel()] for array in (before, after)]
    held.append({"constraint": config, "shape": list(shape), "before": values[0], "after": values[1]})
json.dump(held, sys.stdout)
