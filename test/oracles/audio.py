"""What other readers make of sound files.

`audio.py write FOLDER` writes files of generated sound in every coding that `ts/data/audio` reads,
by libsndfile, and `audio.jsonl`: what libsndfile reads from each. `audio.py read FILE ...` writes all
samples of the files as raw 32-bit floats to standard output. `audio.test.ts` runs both where
Python has soundfile, and elsewhere reads what was committed, which
`python3 test/oracles/audio.py write test/oracles/fixtures/audio` makes again.
"""

import json
import pathlib
import sys

import numpy as np
import soundfile

CODINGS = [(kind, coding, "LITTLE") for kind in ("WAV", "WAVEX")
           for coding in ("PCM_U8", "PCM_16", "PCM_24", "PCM_32", "FLOAT")]
CODINGS += [("NIST", coding, order) for order in ("LITTLE", "BIG")
            for coding in ("PCM_S8", "PCM_16", "ULAW")]


def write(folder):
    told = []
    for kind, coding, order in CODINGS:
        for channels in (1, 2):
            random = np.random.default_rng(len(told))
            sound = random.uniform(-1, 1, (40, channels))
            sound[:4, 0] = [-1, 1, 0, 2**-15]
            name = f"{kind}-{coding}-{order}-{channels}.wav".lower()
            file = folder / name
            soundfile.write(file, sound, 8000 + 1000 * channels, coding, order, kind)
            samples, rate = soundfile.read(file, dtype="float32", always_2d=True)
            told.append({"name": name, "rate": rate, "channels": channels,
                         "samples": [float(sample) for sample in samples.ravel()]})
    (folder / "audio.jsonl").write_text("".join(f"{json.dumps(one)}\n" for one in told))


if sys.argv[1] == "write":
    write(pathlib.Path(sys.argv[2]))
else:
    for file in sys.argv[2:]:
        samples, _ = soundfile.read(file, dtype="float32")
        sys.stdout.buffer.write(samples.astype("<f4").tobytes())
