"""`python -m examples.sample_network OUT_DIR`."""

import sys

try:
    from examples.sample_network.generate import main

    main()
except KeyboardInterrupt:
    sys.exit(130)
