"""How much memory a reader takes at most, measured in a process of its own: a peak never goes down again."""

import json
import subprocess
import sys

MEASURED = """
import json, pathlib, resource, sys
def peak():
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * 1024
path = pathlib.Path(sys.argv[1])
{prepare}
before = peak()
{work}
print(json.dumps([peak() - before, result]))
"""


def peak_of(prepare, work, path):
    """(bytes that the peak rose by during ``work``, its ``result``); both are Python that knows ``path``."""
    code = MEASURED.format(prepare=prepare, work=work)
    done = subprocess.run(
        [sys.executable, "-c", code, str(path)], capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stderr
    rose, result = json.loads(done.stdout)
    return rose, result
