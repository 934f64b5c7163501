"""`optout` under strace: which system calls write, and what is left when one of them never happens."""

import re
import shutil
import signal
import subprocess

import commands

WRITES = (
    "write", "pwrite64", "writev", "pwritev", "pwritev2", "ftruncate", "fsync", "fdatasync", "sync_file_range",
    "msync", "fallocate", "?unlink", "unlinkat", "?rename", "?renameat", "renameat2", "?link", "linkat",
    "?mkdir", "mkdirat", "?rmdir", "?chmod", "fchmod",
)  # fmt: skip
"""Every system call by which files change. A question mark: not on every architecture."""
_SITE = re.compile(r"^\d+ +(\w+)\(", re.MULTILINE)


def strace():
    """Path of strace, or None."""
    return shutil.which("strace")


def points(workspace, arguments, more=()):
    """Run a command, and list its writing system calls: (name, how many of that name came before + 1).

    ``more``: system calls that write, too.
    """
    trace = workspace.with_name("trace")
    ended = _run(workspace, arguments, ["-o", str(trace), "-e", f"trace={','.join([*WRITES, *more])}"])
    seen = {}
    found = []
    for name in _SITE.findall(trace.read_text("utf-8", "replace")):
        seen[name] = seen.get(name, 0) + 1
        found.append((name, seen[name]))
    return ended, found


def run(workspace, arguments):
    """Run a command that nobody disturbs."""
    return commands.Workspace(workspace).run(*arguments)


def killed_at(workspace, arguments, point):
    """Run a command that is killed as it asks for the n-th system call of a name, before it happens."""
    name, place = point
    trace = workspace.with_name("trace")
    return _run(
        workspace,
        arguments,
        ["-o", str(trace), "-e", f"trace={name}", "-e", f"inject={name}:signal=SIGKILL:when={place}"],
    )


def failing_at(workspace, arguments, name, error="EIO"):
    """Run a command for which every system call of a name fails."""
    trace = workspace.with_name("trace")
    return _run(
        workspace, arguments, ["-o", str(trace), "-e", f"trace={name}", "-e", f"inject={name}:error={error}"]
    )


def _run(workspace, arguments, options):
    # Else the first run would write more than the others.
    environment = {"PYTHONDONTWRITEBYTECODE": "1"}
    running = commands.Workspace(workspace).start(*arguments, stopped=True, **environment)
    running.until(running.stopped)
    tracer = subprocess.Popen(
        [strace(), "-f", "-p", str(running.pid), *options], stderr=subprocess.PIPE, text=True
    )
    assert "attached" in tracer.stderr.readline()
    running.send(signal.SIGCONT)
    ended = running.wait()
    tracer.communicate()
    return ended
