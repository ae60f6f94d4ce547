"""
Topologies of keras.applications without weights, as Keras writes them, and its own counts of parameters: what
`keras-applications.test.ts` reads.

    python test/oracles/keras_applications.py keras3     # wants tensorflow-cpu and keras 3
    python test/oracles/keras_applications.py keras2     # wants tf_keras

writes keras-applications/<version>/<family>.json.gz. The same version of Keras gives the same files.
"""

import gzip
import json
import os
import sys

VERSION = sys.argv[1]
os.environ["TF_CPP_MIN_LOG_LEVEL"] = "3"
os.environ["KERAS_BACKEND"] = "tensorflow"
if VERSION == "keras3":
    import keras
else:
    import tf_keras as keras

FAMILIES = """MobileNet MobileNetV2 MobileNetV3Small MobileNetV3Large EfficientNetB0 EfficientNetV2B0 DenseNet121 ResNet50V2 VGG16
Xception InceptionV3 InceptionResNetV2 NASNetMobile ConvNeXtTiny""".split()
# The least that each takes with its top on: some refuse less, some flatten.
SIZES = {"VGG16": 32, "Xception": 71, "InceptionV3": 75, "InceptionResNetV2": 75, "NASNetMobile": 32}


def main():
    folder = os.path.join(os.path.dirname(os.path.abspath(__file__)), "keras-applications", VERSION)
    os.makedirs(folder, exist_ok=True)
    for name in FAMILIES:
        keras.backend.clear_session()
        size = SIZES.get(name, 32)
        model = getattr(keras.applications, name)(weights=None, input_shape=(size, size, 3), classes=10)
        text = json.loads(model.to_json())
        recorded = {
            "params": model.count_params(),
            "topology": {"keras_version": keras.__version__, "backend": "tensorflow", "model_config": text},
        }
        with open(os.path.join(folder, f"{name}.json.gz"), "wb") as out:
            out.write(gzip.compress(json.dumps(recorded, separators=(",", ":")).encode(), 9, mtime=0))
        print(name, model.count_params(), model.output_shape)


main()
