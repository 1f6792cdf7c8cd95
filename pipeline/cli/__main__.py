"""`python -m pipeline.cli`, the same as `storyreel`."""

import sys

from pipeline.cli import main

sys.exit(main())
