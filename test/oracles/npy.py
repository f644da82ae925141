"""Writes arrays of every type that `ts/data/npy.ts` reads, by NumPy, into the folder named: as
.npz files and as single .npy files of versions 1 to 3; `npy.jsonl` says what is in them, in
row-major order. `npy.test.ts` runs this where Python has NumPy, and reads what was committed
elsewhere, which `python3 test/oracles/npy.py test/oracles/fixtures/npy` makes again.
"""

import json
import pathlib
import sys

import numpy as np

folder = pathlib.Path(sys.argv[1])
random = np.random.default_rng(6)
SHAPES = [(), (5,), (2, 3), (3, 1, 4), (2, 0, 3)]
WHOLE = ["u1", "i1", "u2", "i2", "u4", "i4", "u8", "i8"]
FLOATS = ["f2", "f4", "f8"]


def values(code, shape):
    if code == "b1":
        return random.integers(0, 2, shape).astype("?")
    if code in WHOLE:
        limits = np.iinfo(code)
        made = random.integers(limits.min, limits.max, shape, dtype=code, endpoint=True)
        return np.asarray(made, dtype=code)
    size = int(np.prod(shape))
    special = [0.0, -0.0, np.inf, -np.inf, np.nan, np.finfo(code).tiny, np.finfo(code).max]
    special.append(np.finfo(code).smallest_subnormal)
    made = np.concatenate([special, random.normal(0, 3, 16)])
    return random.permutation(made)[:size].astype(code).reshape(shape)


def text(value):
    return str(value) if isinstance(value, int) else repr(float(value))


def told(array):
    flat = array.astype("u1") if array.dtype == bool else array
    return {
        "dtype": array.dtype.str,
        "shape": list(array.shape),
        "values": [text(value) for value in flat.ravel(order="C").tolist()],
    }


arrays = {}
for code in ["b1", *WHOLE, *FLOATS]:
    for order in "<>":
        for axes, shape in enumerate(SHAPES):
            array = values(code, shape).astype(np.dtype(code).newbyteorder(order))
            name = f"{'big' if order == '>' else 'little'}-{code}-{axes}"
            arrays[name] = array
            if len(shape) > 1:
                arrays[f"{name}-fortran"] = np.asfortranarray(array)



def part(order):
    return {name: array for name, array in arrays.items() if name.startswith(order)}


np.savez(folder / "stored.npz", **part("little"))
np.savez_compressed(folder / "deflated.npz", **part("big"))
for version in [1, 2, 3]:
    with open(folder / f"version{version}.npy", "wb") as file:
        array = arrays["little-f4-2-fortran"]
        np.lib.format.write_array(file, array, version=(version, 0))
with open(folder / "npy.jsonl", "w") as file:
    for name, array in arrays.items():
        file.write(json.dumps({"name": name, **told(array)}) + "\n")
