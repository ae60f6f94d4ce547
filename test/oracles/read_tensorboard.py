"""Reads a folder of event files with TensorBoard's own reader and prints, as JSON, the scalars and histograms of every part.

    pip install tensorboard==2.21.0
    python read_tensorboard.py FOLDER
"""
import json
import sys
from pathlib import Path

from tensorboard.backend.event_processing.event_accumulator import EventAccumulator


def part(folder):
    found = EventAccumulator(str(folder), size_guidance={"scalars": 0, "histograms": 0})
    found.Reload()
    tags = found.Tags()
    return {
        "scalars": {tag: [[e.step, e.value] for e in found.Scalars(tag)] for tag in tags["scalars"]},
        "histograms": {
            tag: [
                [e.step, e.histogram_value.num, e.histogram_value.sum, list(e.histogram_value.bucket)]
                for e in found.Histograms(tag)
            ]
            for tag in tags["histograms"]
        },
    }


root = Path(sys.argv[1])
print(json.dumps({folder.name: part(folder) for folder in sorted(root.iterdir()) if folder.is_dir()}))
