"""Write the sample network: accounts, records on every surface, objections, and a workspace's files.

    python -m examples.sample_network OUT_DIR [--seed 1] [--scale 1.0]

The same seed and scale give the same bytes. No person, address or number in it exists.
"""

import argparse
from pathlib import Path

from examples.sample_network.accounts import write_accounts
from examples.sample_network.clips import write_clips
from examples.sample_network.demo import write_demo
from examples.sample_network.photos import write_photos
from examples.sample_network.posts import write_posts
from examples.sample_network.scene import make_scene
from examples.sample_network.talk import write_chats, write_messages, write_profiles

SMALLEST = 0.02


def generate(out: Path, seed: int = 1, scale: float = 1.0) -> dict[str, int]:
    """Write everything into ``out``; rows written by surface, and accounts."""
    scene = make_scene(seed, scale)
    out.mkdir(parents=True, exist_ok=True)
    write_accounts(scene, out)
    write_posts(scene, out)
    write_photos(scene, out)
    write_clips(scene, out)
    write_profiles(scene, out)
    write_chats(scene, out)
    write_messages(scene, out)
    write_demo(scene, out)
    return {"accounts": len(scene.members), **scene.counts}


def main() -> None:
    """The command line."""
    parser = argparse.ArgumentParser(prog="python -m examples.sample_network", description=__doc__)
    parser.add_argument("out", type=Path, metavar="OUT_DIR")
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--scale", type=float, default=1.0, help="1.0: 20,000 accounts, 200,000 records")
    options = parser.parse_args()
    if not SMALLEST <= options.scale < float("inf"):
        parser.error(f"--scale: from {SMALLEST} up; a smaller network holds nobody worth a look")
    for name, rows in generate(options.out, options.seed, options.scale).items():
        print(f"{rows:>9,} {name}")


if __name__ == "__main__":
    main()
