"""Trials of what happens when things go wrong: `bench/reliability.py` runs them."""

import sys
from pathlib import Path

# The trials share pipelines and corpora with the tests.
sys.path.append(str(Path(__file__).parents[2]))
