"""All pairs of paths of all verbs: whatever an output is called, no input is lost."""

import re
import subprocess
import sys
from pathlib import Path

from faults.kill import Outcome

ROOT = Path(__file__).parents[2]


def try_paths() -> Outcome:
    """Run the test of all pairs, each of which looks at every byte that the call reads."""
    command = [sys.executable, "-m", "pytest", "-q", "-rf", "-p", "no:cacheprovider"]
    done = subprocess.run(
        [*command, "tests/cli/test_paths.py"], cwd=ROOT, capture_output=True, text=True
    )
    counts = {what: int(n) for n, what in re.findall(r"(\d+) (passed|failed|error)", done.stdout)}
    failed = re.findall(r"^(?:FAILED|ERROR) .*", done.stdout, re.MULTILINE)
    if done.returncode and not failed:
        raise RuntimeError(done.stdout + done.stderr)
    # One of the tests only sees to it that no verb is left out.
    return Outcome(sum(counts.values()) - 1, 0, failed)
