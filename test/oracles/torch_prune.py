"""Records the masks of torch.nn.utils.prune, call after call: `python torch_prune.py` on stdout.

Python 3.11; torch 2.14.1.
"""

import json
import sys

import torch
from torch.nn.utils import prune

torch.manual_seed(7)


def layer(shape):
    """A layer whose weights are all of different size, in hundredths."""
    made = torch.nn.Linear(shape[1], shape[0], bias=False)
    if len(shape) == 4:
        made = torch.nn.Conv2d(shape[1], shape[0], tuple(shape[2:]), bias=False)
    count = made.weight.numel()
    sizes = (torch.randperm(count) + 1) / 100
    signs = torch.randint(0, 2, (count,)) * 2 - 1
    made.weight.data = (sizes * signs).reshape(shape)
    return made


def bits(tensor):
    return "".join(str(int(x)) for x in tensor.flatten().tolist())


def numbers(tensor):
    return [round(x, 6) for x in tensor.flatten().tolist()]


CONV, DENSE, KERNEL = (4, 3, 2, 3), (5, 6), (1, 1, 4, 5)
recorded = []


def record(title, shape, *calls):
    module = layer(shape)
    weights = numbers(module.weight)
    steps = []
    for call in calls:
        call(module)
        steps.append({"mask": bits(module.weight_mask)})
    prune.remove(module, "weight")
    held = numbers(module.weight)
    recorded.append({"title": title, "shape": shape, "weights": weights, "steps": steps, "removed": held})


def l1(amount):
    return lambda module: prune.l1_unstructured(module, "weight", amount)


def random(amount):
    return lambda module: prune.random_unstructured(module, "weight", amount)


def ln(amount, n, dim):
    return lambda module: prune.ln_structured(module, "weight", amount, n, dim)


def random_structured(amount, dim):
    return lambda module: prune.random_structured(module, "weight", amount, dim)


def custom(module):
    mask = (torch.arange(module.weight.numel()) % 3 != 1).float().reshape(module.weight.shape)
    prune.custom_from_mask(module, "weight", mask)


record("l1_unstructured", CONV, l1(0.3), l1(0.3), l1(7))
record("l1_unstructured of five", (1, 5), l1(0.5))
record("random_unstructured", CONV, random(0.25), random(11))
record("ln_structured n 2 dim 0", CONV, ln(0.5, 2, 0))
record("ln_structured n inf dim 0", CONV, ln(1, float("inf"), 0), ln(1, float("inf"), 0))
record("ln_structured n 1 dim 1", CONV, ln(1, 1, 1))
record("ln_structured n 2 dim 0, then n 1 dim 1", CONV, ln(0.25, 2, 0), ln(0.34, 1, 1))
record("ln_structured n 1 dim 2", KERNEL, ln(0.5, 1, 2))
record("ln_structured n 2 dim 3", KERNEL, ln(2, 2, 3))
record("ln_structured n 1 dim 0 of a dense layer", DENSE, ln(2, 1, 0))
record("ln_structured n 2 dim 1 of a dense layer", DENSE, ln(0.5, 2, 1))
record("random_structured dim 0", CONV, random_structured(2, 0))
record("custom_from_mask", CONV, custom, l1(0.25))

together = []
modules = [layer(CONV), layer(DENSE)]
modules[1].weight.data *= 2.405
start = [numbers(module.weight) for module in modules]
for amount in (0.4, 0.25, 9):
    prune.global_unstructured([(module, "weight") for module in modules], prune.L1Unstructured, amount=amount)
    together.append([bits(module.weight_mask) for module in modules])
recorded_global = [
    {"shape": shape, "weights": weights, "steps": [{"mask": step[i]} for step in together]}
    for i, (shape, weights) in enumerate(zip((CONV, DENSE), start))
]
json.dump({"torch": torch.__version__, "layers": recorded, "global": recorded_global}, sys.stdout)
