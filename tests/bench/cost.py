# SPDX-License-Identifier: ISC
"""cost.py - what programs that end cost."""
import os
import statistics
import subprocess
import tempfile

LOOKS = 256             # at once, for all that can


class Cost:
    """Of one run: seconds by the wall and of the processor, MiB at most."""

    def __init__(self, words):
        wall, user, system, rss = (float(w) for w in words.split())
        self.wall, self.cpu, self.rss = wall, user + system, rss / 1024


def measure(build, command, stdin=None, timeout=600):
    with tempfile.NamedTemporaryFile('r') as out:
        with open(stdin or os.devnull, 'rb') as given:
            subprocess.run([f'{build}/measure', out.name, *command],
                           stdin=given, stdout=subprocess.DEVNULL,
                           stderr=subprocess.DEVNULL, timeout=timeout,
                           check=False)
        return Cost(out.read())


def loop(build, kind, targets, window=LOOKS):
    return measure(build, [f'{build}/loops', kind, str(window)], targets)


def median(costs, part):
    return statistics.median(getattr(c, part) for c in costs)


def micro(costs, n):
    """CPU, in microseconds for each of n."""
    return median(costs, 'cpu') * 1e6 / n
