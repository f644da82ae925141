"""The examples of an online case: a file of bytes, pixels [count × inputs], then labels [count]."""

import numpy as np


def read(case):
    """Pixels in [0, 1] as f32 [count × inputs], and labels as rows of zeros and a one."""
    inputs, classes = case["widths"][0], case["widths"][-1]
    held = np.fromfile(case["file"], np.uint8)
    count = len(held) // (inputs + 1)
    pixels = held[: count * inputs].reshape(count, inputs).astype(np.float32) / np.float32(255)
    return pixels, np.eye(classes, dtype=np.float32)[held[count * inputs :]]


def lit(pixels):
    """Of each example the places that are not zero, and what stands there."""
    places = [np.flatnonzero(x) for x in pixels]
    return places, [x[place] for x, place in zip(pixels, places)]
