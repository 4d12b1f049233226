"""Settings of the documentation: python -m sphinx -W -b html docs site."""

import sys
from pathlib import Path

HERE = Path(__file__).parent
sys.path.insert(0, str(HERE.parent))

from spacy_concner import __version__  # noqa: E402

project = "spacy-concner"
author = "The spacy-concner developers"
release = __version__
extensions = ["myst_parser"]
html_theme = "furo"
html_title = f"spacy-concner {release}"
html_show_sourcelink = False
html_copy_source = False
html_static_path = ["_static"]
html_css_files = ["pages.css"]
# Pages that the benches write may not be there yet.
suppress_warnings = ["toc.empty_glob"]
highlight_language = "none"
myst_enable_extensions = ["dollarmath", "colon_fence", "deflist"]
myst_heading_anchors = 3


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


def setup(app) -> None:
    """Connect both to Sphinx."""
    app.connect("builder-inited", write_reference)
    app.add_html_math_renderer("mathml", (visit_math, None), (visit_math, None))


html_math_renderer = "mathml"
