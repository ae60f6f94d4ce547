"""
Small networks as Keras writes them, with Keras' own outputs: what `keras-layers.test.ts` compares with.

    python test/oracles/keras_layers.py keras3     # wants tensorflow-cpu and keras 3
    python test/oracles/keras_layers.py keras2     # wants tf_keras

writes keras-layers/<version>.json.gz: for each network its model.json as `tensorflowjs_converter` writes it, the bytes of its
weights, inputs and outputs (float32, base64). The same version of Keras gives the same file.
"""

import base64
import gzip
import json
import os
import sys

import numpy as np

VERSION = sys.argv[1]
os.environ["TF_CPP_MIN_LOG_LEVEL"] = "3"
os.environ["KERAS_BACKEND"] = "tensorflow"
if VERSION == "keras3":
    import keras
else:
    import tf_keras as keras

L = keras.layers
MAP = (6, 5, 4)
SEQ = (7, 4)
CUBE = (4, 4, 3, 3)
ROW = (6,)

# name, shapes of the inputs, the layer (or a function of the inputs)
CASES = []


def case(name, shapes, make, only=None):
    if only is None or only == VERSION:
        CASES.append((name, shapes if isinstance(shapes, list) else [shapes], make))


COMMON = """linear relu relu6 elu selu sigmoid hard_sigmoid softplus softsign tanh softmax exponential gelu mish silu
swish hard_silu hard_swish leaky_relu log_softmax"""
OF_KERAS_3 = """celu hard_tanh hard_shrink log_sigmoid soft_shrink sparse_plus sparse_sigmoid squareplus tanh_shrink sparsemax
glu"""
for activation in COMMON.split() + (OF_KERAS_3.split() if VERSION == "keras3" else []):
    try:
        keras.activations.get(activation)
    except ValueError:
        continue
    case(f"activation {activation}", MAP, lambda a=activation: L.Activation(a))
case("dense hard_sigmoid", ROW, lambda: L.Dense(5, activation="hard_sigmoid"))
case("dense exponential", ROW, lambda: L.Dense(5, activation="exponential"))
case("lstm hard_sigmoid", SEQ, lambda: L.LSTM(3, recurrent_activation="hard_sigmoid"))

case("relu max", MAP, lambda: L.ReLU(max_value=0.5))
case("relu slope", MAP, lambda: L.ReLU(negative_slope=0.2))
case("relu threshold", MAP, lambda: L.ReLU(threshold=0.3))
case("relu all", MAP, lambda: L.ReLU(max_value=1, negative_slope=0.1, threshold=0.2))
case("leaky relu", MAP, lambda: L.LeakyReLU())
case("leaky relu 0.1", MAP, lambda: L.LeakyReLU(0.1))
case("elu alpha", MAP, lambda: L.ELU(alpha=0.4))
case("prelu", MAP, lambda: L.PReLU())
case("prelu shared", MAP, lambda: L.PReLU(shared_axes=[1, 2]))
case("softmax", MAP, lambda: L.Softmax())
case("softmax over rows", MAP, lambda: L.Softmax(axis=1))
case("thresholded relu", MAP, lambda: L.ThresholdedReLU(theta=0.4), only="keras2")
case("identity", MAP, lambda: L.Identity() if VERSION == "keras3" else L.Activation("linear"))
case("activity regularization", MAP, lambda: L.ActivityRegularization(l1=0.1, l2=0.2))

for name in ["Add", "Subtract", "Multiply", "Average", "Maximum", "Minimum", "Concatenate"]:
    case(name.lower(), [MAP, MAP], lambda n=name: getattr(L, n)())
for name in ["Add", "Multiply", "Average", "Maximum", "Minimum"]:
    case(f"{name.lower()} of three", [MAP, MAP, MAP], lambda n=name: getattr(L, n)())
case("add spread", [MAP, (1, 1, 4)], lambda: L.Add())
case("multiply spread", [MAP, (6, 5, 1)], lambda: L.Multiply())
case("subtract spread", [MAP, (1, 1, 4)], lambda: L.Subtract())
case("concatenate rows", [MAP, MAP], lambda: L.Concatenate(axis=1))
case("dot", [ROW, ROW], lambda: L.Dot(axes=1))
case("dot of sequences", [SEQ, SEQ], lambda: L.Dot(axes=2))
case("dot normalized", [SEQ, SEQ], lambda: L.Dot(axes=(1, 1), normalize=True))

case("batch norm", MAP, lambda: L.BatchNormalization())
case("batch norm rows", MAP, lambda: L.BatchNormalization(axis=1))
case("layer norm", MAP, lambda: L.LayerNormalization())
case("layer norm axes", MAP, lambda: L.LayerNormalization(axis=[1, 2, 3]))
case("group norm", MAP, lambda: L.GroupNormalization(groups=2))
case("group norm instance", MAP, lambda: L.GroupNormalization(groups=-1, scale=False))
case("group norm of one", SEQ, lambda: L.GroupNormalization(groups=1, epsilon=0.01, center=False))
case("group norm rows", MAP, lambda: L.GroupNormalization(groups=2, axis=1))
case("rms norm", MAP, lambda: L.RMSNormalization(), only="keras3")
case("unit norm", MAP, lambda: L.UnitNormalization())
case("unit norm rows", MAP, lambda: L.UnitNormalization(axis=1))
case("normalization", MAP, lambda: L.Normalization(mean=[0.1, 0.2, -0.3, 0.4], variance=[1.0, 2.0, 0.5, 0.25]))
case("normalization inverse", MAP, lambda: L.Normalization(mean=0.3, variance=2.0, axis=None, invert=True))
case("normalization rows", MAP, lambda: L.Normalization(axis=(1, 3)))
case("normalization adapted", MAP, lambda: L.Normalization())
case("rescaling", MAP, lambda: L.Rescaling(2.0, offset=-1.0))
case("rescaling each", MAP, lambda: L.Rescaling([2.0, 1.0, 0.5, 3.0], offset=[0.0, 1.0, -1.0, 0.5]))
if VERSION == "keras3":
    case("scale of a tensor", MAP, lambda: lambda x: x * 2.0 + 1.0)
    case("scale of a tensor, turned", MAP, lambda: lambda x: 1.0 - x / 4.0)
else:
    case("scale of a tensor", MAP, lambda: lambda x: x * 2.0 + 1.0)

for name in ["Dropout", "SpatialDropout1D", "SpatialDropout2D", "SpatialDropout3D", "GaussianDropout", "AlphaDropout"]:
    shape = SEQ if name.endswith("1D") else CUBE if name.endswith("3D") else MAP
    case(name.lower(), shape, lambda n=name: getattr(L, n)(0.3))
case("gaussian noise", MAP, lambda: L.GaussianNoise(0.3))

for rank, shape in [(1, SEQ), (2, MAP), (3, CUBE)]:
    for kind in ["Average", "Max"]:
        name = f"{kind}Pooling{rank}D"
        case(name.lower(), shape, lambda n=name: getattr(L, n)(2))
        case(f"{name.lower()} same", shape, lambda n=name: getattr(L, n)(3, strides=2, padding="same"))
        name = f"Global{name}"
        case(name.lower(), shape, lambda n=name: getattr(L, n)())
        case(f"{name.lower()} keepdims", shape, lambda n=name: getattr(L, n)(keepdims=True))
    case(f"cropping{rank}d", shape, lambda r=rank: getattr(L, f"Cropping{r}D")(1))
    case(f"zero padding{rank}d", shape, lambda r=rank: getattr(L, f"ZeroPadding{r}D")(2))
    case(f"up sampling{rank}d", shape, lambda r=rank: getattr(L, f"UpSampling{r}D")())
    case(f"conv{rank}d", shape, lambda r=rank: getattr(L, f"Conv{r}D")(5, 3, activation="relu"))
    case(f"conv{rank}d same", shape, lambda r=rank: getattr(L, f"Conv{r}D")(5, 2, strides=2, padding="same"))
    transpose = f"Conv{rank}DTranspose"
    case(transpose.lower(), shape, lambda t=transpose: getattr(L, t)(5, 3, strides=2))
    case(f"{transpose.lower()} same", shape, lambda t=transpose: getattr(L, t)(5, 3, strides=2, padding="same"))
case("cropping2d sides", MAP, lambda: L.Cropping2D(((1, 2), (0, 1))))
case("cropping1d sides", SEQ, lambda: L.Cropping1D((2, 1)))
case("zero padding1d sides", SEQ, lambda: L.ZeroPadding1D((0, 2)))
case("zero padding3d sides", CUBE, lambda: L.ZeroPadding3D(((1, 0), (0, 2), (1, 1))))
case("up sampling1d by 3", SEQ, lambda: L.UpSampling1D(3))
case("up sampling2d by 3 and 1", MAP, lambda: L.UpSampling2D((3, 1)))
case("up sampling2d bilinear", MAP, lambda: L.UpSampling2D((2, 3), interpolation="bilinear"))
case("up sampling2d bicubic", MAP, lambda: L.UpSampling2D(2, interpolation="bicubic"))
case("up sampling2d channels first", MAP, lambda: L.UpSampling2D((2, 1), data_format="channels_first"))
case("resizing up", MAP, lambda: L.Resizing(9, 11))
case("resizing down", MAP, lambda: L.Resizing(4, 3))
case("resizing nearest", MAP, lambda: L.Resizing(4, 8, interpolation="nearest"))
case("resizing cropped", MAP, lambda: L.Resizing(4, 4, crop_to_aspect_ratio=True))
case("resizing bicubic", MAP, lambda: L.Resizing(8, 8, interpolation="bicubic"))
case("center crop", MAP, lambda: L.CenterCrop(4, 3))

case("conv1d causal", SEQ, lambda: L.Conv1D(5, 3, padding="causal"))
case("conv1d causal dilated", SEQ, lambda: L.Conv1D(5, 2, padding="causal", dilation_rate=2))
case("conv1d dilated", SEQ, lambda: L.Conv1D(5, 2, dilation_rate=2))
case("conv2d dilated", MAP, lambda: L.Conv2D(5, 2, dilation_rate=2))
case("conv2d groups", MAP, lambda: L.Conv2D(6, 3, groups=2, padding="same"))
case("conv1d groups", SEQ, lambda: L.Conv1D(4, 3, groups=4))
case("conv2d transpose output padding", MAP, lambda: L.Conv2DTranspose(3, 3, strides=2, padding="same", output_padding=1))
case("depthwise conv1d", SEQ, lambda: L.DepthwiseConv1D(3))
case("depthwise conv1d twice", SEQ, lambda: L.DepthwiseConv1D(3, strides=2, padding="same", depth_multiplier=2))
case("depthwise conv2d", MAP, lambda: L.DepthwiseConv2D(3, depth_multiplier=2))
case("depthwise conv2d strides", MAP, lambda: L.DepthwiseConv2D(3, strides=2, padding="same", activation="relu6"))
case("depthwise conv2d dilated", MAP, lambda: L.DepthwiseConv2D(2, dilation_rate=2))
case("separable conv1d", SEQ, lambda: L.SeparableConv1D(5, 3, depth_multiplier=2))
case("separable conv2d", MAP, lambda: L.SeparableConv2D(5, 3, depth_multiplier=2, padding="same"))
case("separable conv2d dilated", MAP, lambda: L.SeparableConv2D(5, 2, dilation_rate=2))

case("dense", ROW, lambda: L.Dense(5, activation="tanh"))
case("dense of maps", MAP, lambda: L.Dense(5, use_bias=False))
case("einsum dense", SEQ, lambda: L.EinsumDense("abc,cd->abd", output_shape=(None, 5), bias_axes="d"))
case("flatten", MAP, lambda: L.Flatten())
case("reshape", MAP, lambda: L.Reshape((5, -1)))
case("permute", MAP, lambda: L.Permute((2, 1, 3)))
case("repeat vector", ROW, lambda: L.RepeatVector(3))
case("masking", SEQ, lambda: L.Masking(0.0))

case("simple rnn", SEQ, lambda: L.SimpleRNN(3))
case("lstm", SEQ, lambda: L.LSTM(3, return_sequences=True))
case("gru", SEQ, lambda: L.GRU(3))
case("gru sequences", SEQ, lambda: L.GRU(3, return_sequences=True, use_bias=False))
case("gru reset before", SEQ, lambda: L.GRU(3, reset_after=False))
case("lstm backwards", SEQ, lambda: L.LSTM(3, go_backwards=True))
case("bidirectional lstm", SEQ, lambda: L.Bidirectional(L.LSTM(3, return_sequences=True)))
case("bidirectional gru", SEQ, lambda: L.Bidirectional(L.GRU(3), merge_mode="sum"))
case("conv lstm", (3, 5, 5, 2), lambda: L.ConvLSTM2D(3, 3, padding="same"))
case("time distributed", SEQ, lambda: L.TimeDistributed(L.Dense(3)))
case("time distributed conv", (3, 6, 5, 2), lambda: L.TimeDistributed(L.Conv2D(3, 3)))
case("time distributed norm", (3, 6, 5, 2), lambda: L.TimeDistributed(L.BatchNormalization()))
case("attention", [SEQ, SEQ], lambda: lambda q, v: L.Attention()([q, v]))
OTHER = (5, 4)
WIDER = (5, 6)


def attending(*given, name="Attention", **kwargs):
    """Attention called on a list, with `call` handed to the call."""
    call = kwargs.pop("call", {})
    return lambda: lambda *x: getattr(L, name)(*given, **kwargs)(list(x), **call)


def heads(*given, name="MultiHeadAttention", order=None, call=None, **kwargs):
    """Attention by heads; `order`: what the inputs are handed in as."""

    def apply(*x):
        layer = getattr(L, name)(*given, **kwargs)
        if order is None:
            return layer(x[0], x[-1], **(call or {}))
        return layer(**dict(zip(order, x)), **(call or {}))

    return lambda: apply


def masked(of):
    """The same behind layers that mask the steps of zeros."""
    return lambda: lambda *x: of()(*[L.Masking(0.0)(one) for one in x])


case("attention of three", [SEQ, WIDER, OTHER], attending())
case("attention scaled, causal", [SEQ, OTHER], attending(use_scale=True, dropout=0.2, call={"use_causal_mask": True}))
case("attention by sums", [SEQ, OTHER], attending(score_mode="concat", use_scale=True))
case("attention with scores", [SEQ, OTHER], attending(call={"return_attention_scores": True}))
case("masked attention", [SEQ, OTHER], masked(attending()))
case("masked attention, causal", [SEQ, SEQ], masked(attending(call={"use_causal_mask": True})))
case("additive attention", [SEQ, OTHER], attending(name="AdditiveAttention"))
case("additive attention plain", [SEQ, WIDER, OTHER], attending(name="AdditiveAttention", use_scale=False))
case("additive attention causal", [SEQ, SEQ], attending(name="AdditiveAttention", call={"use_causal_mask": True}))
case("multi-head attention", SEQ, heads(2, 3))
case("multi-head attention of two", [SEQ, OTHER], heads(2, 3, value_dim=2, output_shape=5))
case("multi-head attention by name", [SEQ, WIDER, OTHER], heads(3, 2, order=["query", "value", "key"], use_bias=False))
case("multi-head attention causal", SEQ, heads(2, 3, call={"use_causal_mask": True}))
case("multi-head attention dropping", SEQ, heads(2, 3, dropout=0.3, call={"use_causal_mask": True}))
case("multi-head attention with scores", [SEQ, OTHER], heads(2, 3, call={"return_attention_scores": True}))
mask = ["query", "value", "attention_mask"]
case("multi-head attention where", [SEQ, OTHER, (7, 5)], heads(2, 3, order=mask))
case("multi-head attention where, by heads", [SEQ, OTHER, (2, 7, 5)], heads(2, 3, order=mask))
case("masked multi-head attention", [SEQ, OTHER], masked(heads(2, 3)))
case("masked multi-head attention dropping", [SEQ, OTHER], masked(heads(2, 3, dropout=0.3)))
case("masked multi-head attention by name", [SEQ, OTHER, OTHER], masked(heads(2, 3, order=["query", "value", "key"])))
if VERSION == "keras3":
    case("multi-head attention gated", SEQ, heads(2, 3, value_dim=4, use_gate=True))
    case("multi-head attention near", SEQ, heads(2, 3, sliding_window=2))
    case("grouped query attention", [SEQ, OTHER], heads(3, 4, 2, name="GroupQueryAttention"))
    case("grouped query attention causal", SEQ, heads(3, 2, 1, name="GroupQueryAttention", call={"use_causal_mask": True}))

for name, given in {
    "RandomFlip": ("horizontal",),
    "RandomRotation": (0.2,),
    "RandomZoom": (0.2,),
    "RandomTranslation": (0.1, 0.1),
    "RandomContrast": (0.2,),
    "RandomBrightness": (0.2,),
    "RandomCrop": (4, 3),
    "RandomErasing": (),
    "RandomShear": (),
    "RandomHue": (0.2,),
    "RandomSaturation": (0.2,),
    "RandomSharpness": (0.2,),
    "RandomGrayscale": (),
}.items():
    if hasattr(L, name):
        case(name, (6, 5, 3), lambda n=name, g=given: getattr(L, n)(*g))


def names(weights):
    """Names in the manifest: the path of a variable in Keras 3, its name in Keras 2."""
    if VERSION == "keras3":
        return [w.path for w in weights]
    return [w.name.split(":")[0] for w in weights]


def draw(random, shape, low, high):
    """Sixteenths: few values, so that files are small."""
    return (random.integers(low, high, shape) / 16).astype(np.float32)


def base64_of(array):
    return base64.b64encode(np.ascontiguousarray(array).tobytes()).decode()


def record(name, shapes, make):
    keras.backend.clear_session()
    random = np.random.default_rng(sum(map(ord, name)))
    inputs = [keras.Input(shape, name=f"input_{i}") for i, shape in enumerate(shapes)]
    layer = make()
    merged = isinstance(layer, L.Layer) and len(inputs) > 1
    outputs = layer(inputs) if merged else layer(*inputs)
    model = keras.Model(inputs, outputs)
    values = []
    for variable, full in zip(model.weights, names(model.weights)):
        shape = tuple(variable.shape)
        if full.endswith("count"):
            values.append(np.zeros(shape, np.int64))
        elif "variance" in full:
            values.append(draw(random, shape, 8, 24))
        else:
            values.append(draw(random, shape, -11, 12))
    model.set_weights(values)
    for part in model.layers:
        if hasattr(part, "finalize_state"):
            part.finalize_state()
    x = [draw(random, (2, *shape), -24, 25) for shape in shapes]
    if name.startswith("masked"):
        for one in x:
            one[0, -2:] = one[1, 3] = 0
    elif "where" in name:
        x[-1] = (x[-1] > 0).astype(np.float32)
    y = model(x if len(x) > 1 or VERSION == "keras3" else x[0], training=False)
    y = [np.asarray(out, dtype=np.float32) for out in (y if isinstance(y, (list, tuple)) else [y])]
    values = [v.astype(np.int32 if v.dtype == np.int64 else v.dtype) for v in values]
    manifest = [
        {"name": full, "shape": list(v.shape), "dtype": str(v.dtype)}
        for full, v in zip(names(model.weights), values)
    ]
    return {
        "name": name,
        "model": {
            "format": "layers-model",
            "generatedBy": f"keras v{keras.__version__}",
            "convertedBy": "TensorFlow.js Converter v4.22.0",
            "modelTopology": {
                "keras_version": keras.__version__,
                "backend": "tensorflow",
                "model_config": without_counts(json.loads(model.to_json())),
            },
            "weightsManifest": [{"paths": ["weights.bin"], "weights": manifest}] if manifest else [],
        },
        "weights": base64.b64encode(b"".join(v.tobytes() for v in values)).decode(),
        "inputs": [base64_of(a) for a in x],
        "outputs": [base64_of(a) for a in y],
        "shapes": [list(a.shape) for a in y],
    }


def without_counts(model):
    """`to_json` without the version, which the topology states beside it."""
    return {key: value for key, value in model.items() if key not in ("keras_version", "backend")}


def main():
    folder = os.path.join(os.path.dirname(os.path.abspath(__file__)), "keras-layers")
    os.makedirs(folder, exist_ok=True)
    found = []
    for name, shapes, make in CASES:
        try:
            found.append(record(name, shapes, make))
        except Exception as error:
            print(f"left out: {name}: {str(error).splitlines()[0][:150]}", file=sys.stderr)
    text = json.dumps(found, separators=(",", ":")).encode()
    with open(os.path.join(folder, f"{VERSION}.json.gz"), "wb") as out:
        out.write(gzip.compress(text, 9, mtime=0))
    print(f"{len(found)} networks of {keras.__name__} {keras.__version__}")


main()
