"""Settings of the documentation: python -m sphinx -W -b html docs site."""

import re
import sys
from importlib.metadata import metadata
from pathlib import Path

HERE = Path(__file__).parent
sys.path.insert(0, str(HERE.parent))

from spacy_concner import __version__  # noqa: E402

project = "spacy-concner"
author = "The spacy-concner developers"
release = __version__
extensions = ["myst_parser", "sphinx_copybutton"]
templates_path = ["_templates"]
html_theme = "furo"
html_title = f"spacy-concner {release}"
html_show_sourcelink = False
html_copy_source = False
html_show_copyright = False
# The footer says what pyproject.toml says.
about = metadata(project)
html_context = {
    "licence": about["License-Expression"],
    "links": [link.split(", ", 1) for link in about.get_all("Project-URL", [])],
}
# Quotation marks and ellipses, but no dashes: two hyphens begin an option.
smartquotes_action = "qe"
html_static_path = ["_static"]
html_css_files = ["pages.css"]
# Pages that the benches write may not be there yet.
suppress_warnings = ["toc.empty_glob"]
highlight_language = "none"
myst_enable_extensions = ["dollarmath", "colon_fence", "deflist"]
myst_heading_anchors = 3

# Code whose lines are wrapped, and words in it that a line could end within.
COMMAND = re.compile(r'(?<=<div class="highlight-bash notranslate">).*?</pre>', re.DOTALL)
HYPHENATED = re.compile(r"(?<![^\s>])[^\s<>]*-[^\s<>]+(?![^\s<])")
LONG = re.compile(r'(?<=<span class="pre)(?=">[^<]{36})')


def write_reference(app: object) -> None:
    """Make the reference from the code, before its pages are read."""
    from scripts.reference.pages import write_pages

    write_pages(HERE / "reference")


def visit_math(translator, node) -> None:
    """Write a formula as MathML, which browsers show without a script or the network."""
    from docutils.nodes import SkipNode
    from latex2mathml.converter import convert

    display = "block" if node.tagname == "math_block" else "inline"
    translator.body.append(convert(node.astext(), display=display))
    raise SkipNode


def keep_words_whole(app, pagename, templatename, context, doctree) -> None:
    """Let no line end within an option or a path of a command, or between figure and spread."""
    body = context.get("body", "")
    whole = r'<span class="pre">\g<0></span>'
    body = COMMAND.sub(lambda found: HYPHENATED.sub(whole, found[0]), body)
    body = LONG.sub(" long", body)
    context["body"] = body.replace(" ± ", "\N{NO-BREAK SPACE}±\N{NO-BREAK SPACE}")


def setup(app) -> None:
    """Connect all to Sphinx."""
    app.connect("builder-inited", write_reference)
    app.connect("html-page-context", keep_words_whole)
    app.add_html_math_renderer("mathml", (visit_math, None), (visit_math, None))


html_math_renderer = "mathml"
