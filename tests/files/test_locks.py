import subprocess
import sys
import tempfile

import pytest

from spacy_concner.errors import ConcnerError
from spacy_concner.files import Store, claim
from tests.files.claiming import try_claim


def test_no_place_for_locks_is_told(tmp_path, monkeypatch):
    (tmp_path / "file").touch()
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path / "file"))
    with pytest.raises(ConcnerError, match=r"C604.*TMPDIR"):
        try_claim(outputs={"OUTPUT": Store(tmp_path / "out")})


@pytest.mark.slow
def test_one_run_at_a_time_writes_an_output(tmp_path):
    output = {"OUTPUT": Store(tmp_path / "cache")}
    with claim("label", inputs={}, outputs=output):
        program = (
            "from pathlib import Path; from spacy_concner.files import Store, claim\n"
            f"claim('label', inputs={{}}, outputs={{'OUTPUT': Store(Path({str(tmp_path)!r}) / "
            "'cache')}).__enter__()"
        )
        done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True)
        assert "C601" in done.stderr
    try_claim(outputs=output)
