"""`optout registry serve` and `optout review serve` as processes of their own, on ports of their own."""

import atexit
import os
import re
import shutil
import signal
import subprocess
import sys
import tempfile
import threading
from functools import cache
from pathlib import Path

import httpx2

from builders import PLATFORM

DOOR = """
door:
  controller: Example Ltd
  contact: privacy@example.org
  officer_token: keys/officer.token
"""


def workspace_with_door(folder, registry=None):
    """A workspace whose door can be served; ``registry``: its URL, if it is not the file there."""
    if registry is None:
        shutil.copytree(new_workspace(), folder)
    else:
        folder.mkdir(parents=True)
        (folder / "optout.yaml").write_text(f"registry: {registry}\n", "utf-8")
        _init(folder)
    (folder / "source.yaml").write_text(f"platform: {PLATFORM}\n", "utf-8")
    with (folder / "optout.yaml").open("a", encoding="utf-8") as file:
        file.write(DOOR)
    return folder


@cache
def new_workspace():
    """A workspace as `optout init` makes it, once for all tests of a process, to be copied."""
    folder = Path(tempfile.mkdtemp(prefix="workspace-"))
    atexit.register(shutil.rmtree, folder, ignore_errors=True)
    _init(folder)
    return folder


def _init(folder):
    environment = os.environ | {"OPTOUT_WORKSPACE": str(folder)}
    command = [sys.executable, "-m", "pipelines.cli", "init"]
    subprocess.run(command, env=environment, check=True, capture_output=True)


class Served:
    """A door that runs, or another server; ``prefix``: a command to run it under."""

    def __init__(self, workspace, *options, prefix=(), server=("registry", "serve")):
        command = [
            *prefix,
            sys.executable,
            "-P",
            "-m",
            "pipelines.cli",
            *server,
            "--port",
            "0",
            *options,
        ]
        root = Path(__file__).resolve().parent.parent
        environment = os.environ | {"OPTOUT_WORKSPACE": str(workspace), "PYTHONPATH": str(root)}
        self.workspace = workspace
        self.process = subprocess.Popen(command, env=environment, stderr=subprocess.PIPE, text=True)
        self.lines = []
        self.url = None
        for line in self.process.stderr:
            self.lines.append(line)
            if found := re.match(r"listening on (http://\S+)", line):
                self.url = found[1]
                break
        assert self.url, "".join(self.lines)
        # Read on, or the door would wait for somebody to empty the pipe.
        self._reader = threading.Thread(target=self._read)
        self._reader.start()

    def _read(self):
        self.lines += self.process.stderr

    def __enter__(self):
        return self

    def __exit__(self, *_error):
        if self.process.poll() is None:
            self.process.terminate()
        self.wait()

    def wait(self):
        """Its exit code, once it has ended."""
        code = self.process.wait(60)
        self._reader.join()
        self.process.stderr.close()
        return code

    def end(self, number=signal.SIGTERM):
        """Ask it to end, and return its exit code."""
        self.process.send_signal(number)
        return self.wait()

    def client(self):
        return httpx2.Client(base_url=self.url, timeout=60)

    @property
    def token(self):
        """Of the officer."""
        return (self.workspace / "keys/officer.token").read_text("ascii").strip()
