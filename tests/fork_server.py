"""Forks a process for each command, from one that has imported what commands import.

Importing Beam and Great Expectations takes ten seconds, and our own packages three times as long as most
commands take: a test that runs many could not afford them. A child forgets ours and imports them itself
where that is the point: from another folder, or to be interrupted meanwhile. Its arguments, environment,
limits, output and exit code are those of a process of its own.

Requests and answers are lines of JSON: {"start": {...}} gives {"pid"}, {"wait": pid} gives {"code",
"peak"}: the exit code, negative for a signal, and the peak of resident memory in bytes.
"""

import ctypes
import gc
import inspect
import json
import logging
import os
import pkgutil
import resource
import runpy
import signal
import struct
import sys
import threading
import time
import warnings
from importlib import import_module
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
OTHERS = (
    "apache_beam.runners.portability.fn_api_runner", "cryptography.hazmat.primitives.ciphers.aead", "duckdb",
    "great_expectations.expectations", "great_expectations.data_context.types.base", "idna", "numpy", "pandas",
    "multiprocessing.synchronize", "phonenumbers", "pyarrow.compute", "pyarrow.dataset", "pyarrow.parquet",
    "pydantic.json_schema", "pydantic.main", "pydantic.type_adapter", "rfc8785", "rich.progress", "rich.table",
    "sqlalchemy.dialects.sqlite", "typer.rich_utils", "yaml", "zstandard",
)  # fmt: skip
OURS = ("schemas", "optout_registry", "pipelines")


def main():
    logging.disable()
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        for name in OTHERS:
            import_module(name)
        sys.path[:0] = [str(ROOT)]
        for name in modules_of_ours():
            import_module(name)
        make_ready()
    logging.disable(logging.NOTSET)
    # Reading the docstrings of a model's fields looks every module up: once here, not in each child.
    inspect.getmodule(inspect.currentframe())
    # Looking for garbage among all that was imported takes half a second: now, and not soon in each child.
    gc.collect()
    while line := sys.stdin.readline():
        request = json.loads(line)
        answer = start(**request["start"]) if "start" in request else wait(request["wait"])
        sys.stdout.write(json.dumps(answer) + "\n")
        sys.stdout.flush()


def make_ready():
    """Make what a process makes once and most builds need: it takes longer than they take otherwise."""
    packs = import_module("pipelines.rules.packs").load_packs()
    packs.content_digest()
    for place, pack in enumerate(packs.packs):
        if pack.language in {None, "en"}:
            packs.lexicon(place)
    packs.frequent  # noqa: B018 - a property that remembers
    # Great Expectations' surroundings, and what it registers when it first looks at a frame.
    gates = import_module("pipelines.quality.expectations")
    expectation = gates.import_expectations().ExpectColumnSumToBeBetween(column="rows", min_value=1)
    gates.findings_of(
        import_module("pandas").DataFrame({"rows": [1]}), [gates.Asked(expectation)], rows="rows"
    )


def modules_of_ours():
    """Names of our modules, but those that do something when they are imported."""
    for package in map(import_module, OURS):
        for found in pkgutil.walk_packages(package.__path__, f"{package.__name__}."):
            if not found.name.endswith(".__main__") and ".migrations." not in found.name:
                yield found.name


def start(*, module, arguments, sources, **surroundings):
    pid = os.fork()
    if not pid:
        if not Path(sources).samefile(ROOT) or surroundings["interrupt"] or surroundings["stopped"]:
            forget_ours()
        surround(**surroundings)
        run(module, arguments, sources)
    return {"pid": pid}


def forget_ours():
    for name in [name for name in sys.modules if name.partition(".")[0] in OURS]:
        del sys.modules[name]
    sys.path.remove(str(ROOT))


def surround(*, directory, environment, limits, powerless, interrupt, stopped, out, err):
    os.chdir(directory)
    os.environ.clear()
    os.environ.update(environment)
    time.tzset()
    for number, path in enumerate((os.devnull, out, err)):
        flags = os.O_RDONLY if number == 0 else os.O_WRONLY | os.O_CREAT | os.O_TRUNC
        os.dup2(os.open(path, flags, 0o600), number)
    for name, limit in limits.items():
        resource.setrlimit(getattr(resource, name), (limit, limit))
    if powerless:
        drop_capabilities()
    if interrupt:
        interrupt_itself(**interrupt)
    if stopped:
        signal.raise_signal(signal.SIGSTOP)


def interrupt_itself(event, number, mark):
    """Arrange for Ctrl-C at an event of importing, once the first command is imported; ``mark`` is made just before.

    import: at the start of the import number so and so. callback: in the callback by which importlib forgets
    the lock of that module, where Python can raise nothing.
    """
    passed = 0

    def happened():
        nonlocal passed
        passed += "pipelines.cli.workspace" in sys.modules
        if passed == number:
            passed += 1
            sys.setprofile(None)
            Path(mark).touch()
            os.kill(os.getpid(), signal.SIGINT)

    def called(frame, what, _argument):
        code = frame.f_code
        if what == "call" and code.co_name == "cb" and code.co_filename == "<frozen importlib._bootstrap>":
            happened()

    if event == "callback":
        sys.setprofile(called)
    else:
        main = threading.current_thread()
        sys.addaudithook(
            lambda name, _: happened() if name == event and threading.current_thread() is main else None
        )


def drop_capabilities():
    """Make the permissions of files hold for root, too."""
    # capset(2): version 3, this process; effective, permitted and inheritable of two words, all empty
    header, nothing = struct.pack("=Ii", 0x20080522, 0), bytes(24)
    assert ctypes.CDLL(None).capset(header, nothing) == 0


def run(module, arguments, sources):
    """End this process as ``python -m module`` would; the first argument is how the program is called."""
    sys.path[:0] = [sources]
    # Bytecode is told by second and size of its source: a copy may change again within the second.
    sys.dont_write_bytecode |= not Path(sources).samefile(ROOT) or "PYTHONDONTWRITEBYTECODE" in os.environ
    sys.argv = arguments
    try:
        runpy.run_module(module, run_name="__main__")
        code = 0
    except SystemExit as ended:
        code = ended.code or 0
    except BaseException:  # noqa: BLE001 - what ends an interpreter, and is shown as it would show it
        sys.excepthook(*sys.exc_info())
        code = 1
    sys.stdout.flush()
    sys.stderr.flush()
    os._exit(code)


def wait(pid):
    _, status, usage = os.wait4(pid, 0)
    return {"code": os.waitstatus_to_exitcode(status), "peak": usage.ru_maxrss * 1024}


if __name__ == "__main__":
    main()
