"""`python -m pipeline.cli`, the same as `storyreel`."""

from pipeline.cli import run

run()
