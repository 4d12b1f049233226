"""The project that new ones are made of: the `project.yml` and the configs of this repository."""

import json
import re
from collections.abc import Mapping, Sequence
from pathlib import Path

PACKAGED = Path(__file__).parent / "template"
PROJECT = "project.yml"
CONFIGS = "configs"
ALL = "all"
DESCRIPTION = """description: >
  Made by spacy concner new. The files are in `assets`; what is trained on how much of them stands
  in the variables. `spacy project run all` makes packages of it, and what has changed anew.
"""


def template_folder() -> Path:
    """Give the folder that has `project.yml` and `configs`: of the package, or of the checkout."""
    return PACKAGED if PACKAGED.is_dir() else Path(__file__).parents[2]


def fill_template(
    text: str,
    variables: Mapping[str, object],
    *,
    workflow: str,
    notes: Mapping[str, str],
    teachers: Sequence[str] = (),
) -> str:
    """Make the `project.yml` of a new project.

    Comments stay as they are, so this changes lines, not a parsed file.

    text (str): The template.
    variables (Mapping[str, object]): Values of variables; the others keep theirs.
    workflow (str): The one of the template's workflows that becomes "all", the only one.
    notes (Mapping[str, str]): Why variables have their values, for a comment behind some.
    teachers (Sequence[str]): Folders of further teachers: what changes there is labelled anew.
    RETURNS (str): The new file.
    """
    text = _without_section(text, "assets")
    text = re.sub(r"^description: >\n(?:  .*\n)+", DESCRIPTION, text, count=1, flags=re.M)
    added = "".join(f"      - {json.dumps(path, ensure_ascii=False)}\n" for path in teachers)
    before, name, command = text.partition('  - name: "distil"\n')
    text = before + name + command.replace("    deps:\n", f"    deps:\n{added}", 1)
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
