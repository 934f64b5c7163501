"""`python -m examples.sample_network OUT_DIR`."""

from examples.sample_network.generate import main

main()
