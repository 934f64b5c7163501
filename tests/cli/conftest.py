"""Disks of a size, for commands that write on them."""

import os
import subprocess

import pytest


@pytest.fixture
def disk():
    """A function that mounts a file system of some size on a folder, or gives it another size."""
    mounted = set()

    def mount(folder, size):
        folder.mkdir(exist_ok=True)
        options = f"{'remount,' if folder in mounted else ''}size={size}"
        command = ["mount", "-t", "tmpfs", "-o", options, "none", str(folder)]
        if os.geteuid() or subprocess.run(command, capture_output=True, check=False).returncode:
            pytest.skip("only root may mount a small file system, and not everywhere")
        mounted.add(folder)

    yield mount
    for folder in mounted:
        subprocess.run(["umount", str(folder)], check=True)
