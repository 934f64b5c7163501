"""`optout media scan` beside `exiftool -fast2 -json` over the same folder, in pairs.

The pictures are those of OPTOUT_TEST_DATA, copied so often that there are some thousands. Each round
(``--repeats``) runs all three one after the other, whole processes with their start; medians of seconds, and
of the ratios within a round. Nothing is asserted.
"""

import os
import shutil
import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path

from measured.options import options

ROOT = Path(__file__).resolve().parent.parent
_PICTURES = {".jpg", ".png", ".webp", ".avif", ".heic", ".dng", ".cr2", ".nef", ".arw", ".pef"}


def main() -> None:
    """Measure, print."""
    asked = options("Measure the scan of pictures.")
    if shutil.which("exiftool") is None:
        raise SystemExit("exiftool is missing: Debian's libimage-exiftool-perl has it")
    data = Path(os.environ.get("OPTOUT_TEST_DATA") or ROOT.parent / "shared/data", "images_bep/testdata")
    with tempfile.TemporaryDirectory() as place:
        folder = Path(place, "in")
        files, size = _lay(data, folder, asked.pictures)
        print(f"{files:,} pictures, {size / 1e6:,.0f} MB; {os.cpu_count()} cores, a worker on each")
        scan = [sys.executable, "-m", "pipelines.cli", "media", "scan", str(folder), f"{place}/out"]
        commands = {
            "exiftool -fast2 -json": ["exiftool", "-fast2", "-json", "-r", "-q", str(folder)],
            "scan --no-sha256": [*scan, "--no-sha256"],
            "scan --sha256": scan,
        }
        seconds: dict[str, list[float]] = {name: [] for name in commands}
        for _ in range(asked.repeats):
            for name, command in commands.items():
                seconds[name].append(_seconds(command))
        print(f"{'':24}{'files/s':>10}{'times exiftool':>17}{'of':>10}")
        theirs = seconds["exiftool -fast2 -json"]
        for name, ours in seconds.items():
            ratios = [one / other for one, other in zip(theirs, ours, strict=True)]
            print(f"{name:24}{files / statistics.median(ours):>10,.0f}{statistics.median(ratios):>17.1f}"
                  f"{f'{min(ratios):.1f}-{max(ratios):.1f}':>12}")  # fmt: skip


def _lay(data: Path, folder: Path, wanted: int) -> tuple[int, int]:
    """Copies of the pictures in one folder each; how many files and bytes they are."""
    pictures = sorted(path for path in data.rglob("*") if path.suffix.lower() in _PICTURES)
    if not pictures:
        raise SystemExit(f"no pictures in {data}")
    for copy in range(-(-wanted // len(pictures))):
        Path(folder, f"{copy:04}").mkdir(parents=True)
        for number, picture in enumerate(pictures):
            shutil.copyfile(picture, folder / f"{copy:04}" / f"{number:03}{picture.suffix}")
    laid = [path.stat().st_size for path in folder.rglob("*") if path.is_file()]
    return len(laid), sum(laid)


def _seconds(command: list[str]) -> float:
    began = time.perf_counter()
    # exiftool ends with 1 where a file is none that it reads: of ours some are broken on purpose.
    ended = subprocess.run(
        command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, check=False, cwd=ROOT
    )
    if ended.returncode > 1:
        raise SystemExit(f"{command[0]} ended with {ended.returncode}")
    return time.perf_counter() - began


if __name__ == "__main__":
    main()
