"""The project that new ones are made of: the `project.yml` and the configs of this repository."""

import json
import re
from collections.abc import Mapping
from pathlib import Path

PACKAGED = Path(__file__).parent / "template"
PROJECT = "project.yml"
CONFIGS = "configs"
ALL = "all"


def template_folder() -> Path:
    """Give the folder that has `project.yml` and `configs`: of the package, or of the checkout."""
    return PACKAGED if PACKAGED.is_dir() else Path(__file__).parents[2]


def fill_template(
    text: str, variables: Mapping[str, object], *, workflow: str, notes: Mapping[str, str]
) -> str:
    """Make the `project.yml` of a new project.

    Comments stay as they are, so this changes lines, not a parsed file.

    text (str): The template.
    variables (Mapping[str, object]): Values of variables; the others keep theirs.
    workflow (str): The one of the template's workflows that becomes "all", the only one.
    notes (Mapping[str, str]): Why variables have their values, for a comment behind some.
    RETURNS (str): The new file.
    """
    text = _without_section(text, "assets")
    for name, value in variables.items():
        note = f"  # {notes[name]}" if name in notes else ""
        # A folded text goes on in lines that are indented further.
        pattern = rf"^  {name}:.*\n(?:    .*\n)*"
        line = f"  {name}: {json.dumps(value, ensure_ascii=False)}{note}\n"
        found = re.search(pattern, text, flags=re.M)
        if found is None:
            raise KeyError(name)
        text = text[: found.start()] + line + text[found.end() :]
    steps = re.search(rf"^  {workflow}:\n((?:    - .*\n)+)", text, flags=re.M)
    if steps is None:
        raise KeyError(workflow)
    head, _, rest = text.partition("workflows:\n")
    return f"{head}workflows:\n  {ALL}:\n{steps[1]}\n{rest[rest.index('commands:') :]}"


def _without_section(text: str, name: str) -> str:
    return re.sub(rf"^{name}:\n(?:(?:[ #].*)?\n)*", "", text, count=1, flags=re.M)
