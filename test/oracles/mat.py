"""Writes arrays of every class that `ts/data/mat` reads, by SciPy, into the folder named: packed and
not, in `little*.mat`; SciPy writes in the machine's order alone, so that `big*.mat` are made here
out of the same arrays, with whole doubles stored in smaller types besides, and read back by SciPy.
`mat.jsonl` says what SciPy's loadmat finds in them, in column-major order. `mat.test.ts` runs this
where Python has SciPy, and reads what was committed elsewhere, which
`python3 test/oracles/mat.py test/oracles/fixtures/mat` makes again.
"""

import json
import pathlib
import struct
import sys
import zlib

import numpy as np
from scipy.io import loadmat, savemat

folder = pathlib.Path(sys.argv[1])
random = np.random.default_rng(6)
CODES = ["i1", "u1", "i2", "u2", "i4", "u4", "i8", "u8", "f4", "f8"]
SHAPES = [(1, 1), (1, 3), (5, 1), (2, 3), (3, 2, 4), (2, 0), (2, 1, 3, 2)]
CLASS = dict(f8=6, f4=7, i1=8, u1=9, i2=10, u2=11, i4=12, u4=13, i8=14, u8=15)
TYPE = dict(i1=1, u1=2, i2=3, u2=4, i4=5, u4=6, f4=7, f8=9, i8=12, u8=13)


def values(code, shape):
    if code[0] in "iu":
        limits = np.iinfo(code)
        return random.integers(limits.min, limits.max, shape, dtype=code, endpoint=True)
    size = int(np.prod(shape))
    special = [0.0, -0.0, np.inf, -np.inf, np.nan, np.finfo(code).tiny, np.finfo(code).max]
    made = np.concatenate([special, random.normal(0, 3, 17)])
    return random.permutation(made)[:size].astype(code).reshape(shape)


def element(order, kind, data):
    if 0 < len(data) <= 4:
        return struct.pack(order + "I", len(data) << 16 | kind) + data.ljust(4, b"\0")
    return struct.pack(order + "II", kind, len(data)) + data + bytes(-len(data) % 8)


def matrix(order, name, array, stored):
    kind = CLASS[array.dtype.str[1:]]
    data = array.astype(np.dtype(stored).newbyteorder(order)).tobytes(order="F")
    parts = [
        element(order, 6, struct.pack(order + "II", kind, 0)),
        element(order, 5, struct.pack(f"{order}{array.ndim}i", *array.shape)),
        element(order, 1, name.encode()),
        element(order, TYPE[stored], data),
    ]
    return struct.pack(order + "II", 14, sum(map(len, parts))) + b"".join(parts)


def write(file, order, matrices, packed):
    header = b"MATLAB 5.0 MAT-file, made by mat.py".ljust(116) + bytes(8)
    header += struct.pack(order + "H", 0x100) + (b"IM" if order == "<" else b"MI")
    data = [zlib.compress(one) for one in matrices] if packed else matrices
    tags = [struct.pack(order + "II", 15, len(one)) if packed else b"" for one in data]
    file.write_bytes(header + b"".join(tag + one for tag, one in zip(tags, data)))


def text(value):
    return str(value) if isinstance(value, int) else repr(float(value))


arrays = {
    f"{code}_{place}": values(code, shape)
    for code in CODES
    for place, shape in enumerate(SHAPES)
}
whole = {
    f"f8_as_{stored}": random.integers(0, 100, (4, 5)).astype("f8")
    for stored in ["i1", "u1", "i2", "u2", "i4", "u4", "f4"]
}
for packed in [False, True]:
    end = "-packed.mat" if packed else ".mat"
    savemat(folder / f"little{end}", arrays, do_compression=packed)
    matrices = [matrix(">", name, array, array.dtype.str[1:]) for name, array in arrays.items()]
    matrices += [matrix(">", name, array, name[-2:]) for name, array in whole.items()]
    write(folder / f"big{end}", ">", matrices, packed)

with open(folder / "mat.jsonl", "w") as told:
    for file in sorted(folder.glob("*.mat")):
        for name, array in loadmat(file, mat_dtype=True).items():
            if name.startswith("__"):
                continue
            flat = [text(value) for value in array.ravel(order="F").tolist()]
            shape = list(array.shape)
            line = {"file": file.name, "name": name, "shape": shape, "values": flat}
            told.write(json.dumps({**line, "dtype": array.dtype.str[1:]}) + "\n")
