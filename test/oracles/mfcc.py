"""Cepstral coefficients and derivatives by librosa.

`mfcc.py OPTIONS FILE ...` (a JSON list of options of `ts/data/features`) writes to standard output,
for each of the options, those of all files, each [frames x width], as raw 32-bit floats. `mfcc.py make FILE` writes half a second
of generated sound. `mfcc.test.ts` runs this where Python has librosa; elsewhere it compares with
what was committed, whose options it has and which it writes anew under FEEDALIGN_GENERATE=1.
"""

import json
import sys

import librosa
import numpy as np
import soundfile


def make(file):
    random = np.random.default_rng(39)
    time = np.arange(8000) / 16000
    sweep = 0.4 * np.sin(2 * np.pi * (200 + 5000 * time) * time)
    hiss = 0.05 * random.normal(size=time.size) * (time > 0.2)
    soundfile.write(file, np.where(time < 0.05, 0, sweep + hiss), 16000, "PCM_16")


def features(file, options):
    sound, rate = soundfile.read(file, dtype="float64")
    k = options["preEmphasis"]
    # librosa's own default makes up a sample before the first one by a line through two.
    loud = librosa.effects.preemphasis(sound, coef=k, zi=[-k * sound[0]])
    window, hop = (round(rate * options[name] / 1000) for name in ("windowMs", "hopMs"))
    size = 1 << (window - 1).bit_length()
    before = (size - window) // 2
    # librosa frames what it transforms and puts a shorter window in the middle.
    padded = np.pad(loud, (before, size - window - before))
    bands = librosa.feature.melspectrogram(
        y=padded, sr=rate, n_fft=size, hop_length=hop, win_length=window, window=np.hamming,
        center=False, power=options["power"], n_mels=options["bands"], fmin=options["lowHz"],
        fmax=options["highHz"], htk=True, norm=None, dtype=np.float64)
    logs = np.log(np.maximum(bands, 2.0 ** (-15 * options["power"])))
    found = [librosa.feature.mfcc(S=logs, n_mfcc=options["coefficients"], dct_type=2,
                                  norm="ortho", lifter=options["lifter"])]
    for _ in range(options["derivatives"]):
        found.append(librosa.feature.delta(found[-1], width=5, order=1, mode="nearest"))
    return np.concatenate(found).T


if sys.argv[1] == "make":
    make(sys.argv[2])
else:
    for options in json.loads(sys.argv[1]):
        for name in sys.argv[2:]:
            sys.stdout.buffer.write(features(name, options).astype("<f4").tobytes())
