"""Records which arguments the layer classes of Keras take: `python layer-arguments.py keras` or `tf_keras` on stdout.

Python 3.11; keras 3.15.1, tf_keras 2.21.0, tensorflow 2.21.0. Those of `Layer` are of all.
"""

import importlib
import inspect
import json
import sys

package = sys.argv[1]
layers = importlib.import_module(package).layers


def parameters(cls):
    init = inspect.signature(cls.__init__).parameters.values()
    return [p.name for p in init if p.name != "self" and p.kind not in (p.VAR_KEYWORD, p.VAR_POSITIONAL)]


def arguments(cls):
    return sorted({*parameters(cls), *parameters(layers.Layer)})


classes = {
    name: arguments(cls)
    for name, cls in sorted(vars(layers).items())
    if inspect.isclass(cls) and issubclass(cls, layers.Layer) and cls is not layers.Layer and cls.__name__ == name
}
json.dump({"version": importlib.import_module(package).__version__, "classes": classes}, sys.stdout, separators=(",", ":"))
