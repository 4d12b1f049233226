"""What all pages share."""

import base64
import hashlib
import re

import pytest

from spacy_concner import __version__
from spacy_concner.errors import ConcnerError
from spacy_concner.files import is_page
from spacy_concner.pages.report.outcomes import OUTCOMES
from spacy_concner.pages.shell.render import N_COLOURS, render_page, write_page
from tests.pages.html import Page

SHELL = "shell/page.html.jinja"


def test_a_page_tells_what_has_made_it():
    html = render_page(SHELL)
    assert is_page(html.encode("utf8")[:1024])
    footer = "".join(Page(html).within("footer"))
    assert f"spacy-concner {__version__}" in footer
    assert render_page(SHELL) == html


def test_only_the_given_script_may_run_and_nothing_is_loaded():
    assert Page(render_page(SHELL)).policy == "default-src 'none'; style-src 'unsafe-inline'"
    html = render_page(SHELL, script="if (1 < 2 && true) show();\n")
    (script,) = re.findall(r"<script>(.*?)</script>", html, re.DOTALL)
    digest = base64.b64encode(hashlib.sha256(script.encode()).digest()).decode()
    assert script.strip() == "if (1 < 2 && true) show();"
    assert f"script-src 'sha256-{digest}'" in Page(html).policy
    assert not re.search(r"url\(|@import|https?://", html)


def test_each_series_and_outcome_has_a_colour_in_light_and_dark():
    html = render_page(SHELL)
    classes = [f"s{i}" for i in range(N_COLOURS)] + [f"o{i}" for i in range(len(OUTCOMES))]
    for name in classes:
        assert len(re.findall(rf"\.{name} {{ color: light-dark\(#\w+, #\w+\); }}", html)) == 1, name
    used = set(re.findall(r"var\((--\w+)\)", html)) - {"--share"}
    assert used and all(f"{name}: light-dark(" in html for name in used)


def test_writing(tmp_path):
    output = tmp_path / "new" / "page.html"
    write_page("caf\u00e9 \udce9\n", output)
    assert output.read_bytes() == "café &#56553;\n".encode()
    with pytest.raises(ConcnerError, match="C129"):
        write_page("x", output / "page.html")
