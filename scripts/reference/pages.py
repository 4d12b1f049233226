"""Write all generated pages into a folder."""

from collections.abc import Callable
from pathlib import Path

from .api import api_page
from .errors import errors_page
from .names import names_page
from .verbs import verbs_page

PAGES: dict[str, Callable[[], str]] = {
    "names.md": names_page,
    "verbs.md": verbs_page,
    "errors.md": errors_page,
    "api.md": api_page,
}


def write_pages(folder: Path) -> None:
    """Write the pages that have changed, so that a second build has little to do.

    folder (Path): Where to; made if it is not there.
    """
    folder.mkdir(parents=True, exist_ok=True)
    for name, make in PAGES.items():
        path, text = folder / name, make()
        if not path.is_file() or path.read_text("utf8") != text:
            path.write_text(text, encoding="utf8")
