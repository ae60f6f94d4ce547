"""Records what the layer classes of Keras take for arguments that are left out: `python layer-defaults.py keras` or `tf_keras` on stdout.

Python 3.11; keras 3.15.1, tf_keras 2.21.0, tensorflow 2.21.0. Numbers, words and truth values alone.
"""

import importlib
import inspect
import json
import sys

package = sys.argv[1]
layers = importlib.import_module(package).layers


def defaults(cls):
    given = {name: p.default for name, p in inspect.signature(cls.__init__).parameters.items()}
    return {name: value for name, value in sorted(given.items()) if isinstance(value, (bool, int, float, str))}


classes = {
    name: defaults(cls)
    for name, cls in sorted(vars(layers).items())
    if inspect.isclass(cls) and issubclass(cls, layers.Layer) and cls is not layers.Layer and cls.__name__ == name
}
json.dump({"version": importlib.import_module(package).__version__, "classes": classes}, sys.stdout, separators=(",", ":"))
