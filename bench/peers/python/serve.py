"""The protocol of a peer: JSON lines, a case and a time in, repetitions and seconds out.

In:  {"case": {...}, "seconds": 0.1}
Out: {"repetitions": 12, "seconds": 0.104}, or {"error": "..."}

The first line out, unasked, is {"peer": NAME, "version": VERSION}.
"""

import json
import sys
from time import perf_counter


def serve(peer, version, prepare):
    """`prepare(case)` gives a function that runs the case and returns how often it did so."""
    answer({"peer": peer, "version": version})
    prepared = {}
    for line in sys.stdin:
        try:
            request = json.loads(line)
            key = json.dumps(request["case"], sort_keys=True)
            if key not in prepared:
                prepared[key] = prepare(request["case"])
            answer(timed(prepared[key], request["seconds"]))
        except Exception as error:
            answer({"error": f"{type(error).__name__}: {error}"})


def timed(run, seconds):
    # Once for warmth: what ran before has the caches.
    run()
    repetitions = 0
    start = perf_counter()
    while (past := perf_counter() - start) < seconds:
        repetitions += run()
    return {"repetitions": repetitions, "seconds": past}


def answer(line):
    print(json.dumps(line), flush=True)
