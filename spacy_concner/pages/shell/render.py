"""Pages from templates: head, styles and what may run are the same on each."""

import base64
import hashlib
from pathlib import Path
from typing import Any

import spacy

from ... import __version__
from ...files import whole_file

N_COLOURS = 8
"""Colours of series in `colours.css`; with more series they come again."""
# Nothing is fetched and no script runs, whatever stands in a corpus.
POLICY = "default-src 'none'; style-src 'unsafe-inline'"


def render_page(template: str, *, script: str = "", **values: Any) -> str:
    """Give a page.

    template (str): Its template, one that extends `shell/page.html.jinja`: the path within
        `pages`.
    script (str): A script of ours, the only one that may run.
    values (Any): What the template shows.
    RETURNS (str): HTML; strings among the values come as text.
    """
    from jinja2 import Environment, PackageLoader, StrictUndefined
    from markupsafe import Markup

    environment = Environment(
        loader=PackageLoader("spacy_concner", "pages"),
        autoescape=True,
        trim_blocks=True,
        lstrip_blocks=True,
        undefined=StrictUndefined,
    )
    environment.filters |= {
        "points": lambda share: "–" if share is None else f"{100 * share:.1f}",
        "signed": lambda share: f"{100 * share:+.1f}",
        "percent": lambda share: "–" if share is None else f"{share:.1%}",
        "count": lambda n: f"{n:,}",
        "colour": lambda number: f"s{number % N_COLOURS}",
    }
    policy = POLICY
    if script:
        digest = base64.b64encode(hashlib.sha256(script.encode("utf8")).digest()).decode("ascii")
        policy += f"; script-src 'sha256-{digest}'"
    return environment.get_template(template).render(
        **values,
        policy=policy,
        script=Markup(script),
        version=__version__,
        spacy_version=spacy.__version__,
    )


def write_page(html: str, output: Path) -> None:
    """Write a page.

    html (str): The page.
    output (Path): HTML file.
    RAISES (ConcnerError): C129 if it cannot be written.
    """
    with whole_file(output) as part:
        # Names of files and texts of rejects may hold bytes that are no UTF-8.
        part.write_text(html, "utf8", errors="xmlcharrefreplace", newline="\n")
