"""The site builds without a warning and reads without the network."""

import re
import subprocess
import sys
from pathlib import Path

import pytest

from spacy_concner import __version__

ROOT = Path(__file__).parents[2]
LOADED = re.compile(r"<(?:script|img|iframe|source)\b[^>]*\bsrc=\"(?:https?:)?//")
DASHED_OPTION = re.compile(r"(?<!\w)[–—][a-z][a-z-]+")
STYLE = re.compile(r"<link\b(?=[^>]*rel=\"(?:stylesheet|preload|icon)\")[^>]*href=\"(?:https?:)?//")


@pytest.mark.slow
def test_site_builds_and_reads_without_the_network(tmp_path):
    pytest.importorskip("sphinx")
    pytest.importorskip("myst_parser")
    pytest.importorskip("sphinx_copybutton")
    command = [sys.executable, "-m", "sphinx", "-W", "--keep-going", "-q", "-b", "html"]
    done = subprocess.run(
        [*command, "-d", tmp_path / "trees", ROOT / "docs", tmp_path / "site"],
        capture_output=True,
        text=True,
    )
    assert done.returncode == 0, done.stderr[-3000:]
    pages = {
        p.relative_to(tmp_path / "site").as_posix(): p for p in tmp_path.rglob("site/**/*.html")
    }
    assert {"index.html", "reference/errors.html", "recipes/own_domain.html"} <= set(pages)
    for name, path in pages.items():
        text = path.read_text("utf8")
        assert not LOADED.search(text) and not STYLE.search(text), name
        assert not DASHED_OPTION.search(text), (name, DASHED_OPTION.search(text))
        assert f"spacy-concner {__version__}, MIT licence" in text, name
        assert "copybutton.js" in text, name
    methods = pages["methods.html"].read_text("utf8")
    assert "<math" in methods and "<svg" in methods
    assert "$$" not in methods
    verbs = pages["reference/verbs.html"].read_text("utf8")
    assert '<span class="pre">--keep-from</span></code> only those stay' in verbs
    # No line of a command ends within an option.
    ship = pages["recipes/ship.html"].read_text("utf8")
    assert '<span class="pre">--keep-from</span><span class="w"> </span>corpus/raw_bg' in ship
