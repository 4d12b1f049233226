"""The project that new ones are made of: the `project.yml` and the configs of this repository."""

import json
import re
from collections.abc import Collection, Mapping, Sequence
from pathlib import Path

PACKAGED = Path(__file__).parent / "template"
PROJECT = "project.yml"
CONFIGS = "configs"
ALL = "all"
# Further commands of a workflow stand before this one.
BEFORE = "    - report\n"
# Of a command: all up to what it reads, and that.
DEPS = re.compile(
    r'(?P<head>^  - name: "(?P<name>.+)"\n(?:    .*\n)*?    deps:\n)(?P<deps>(?:      .*\n)+)', re.M
)
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
    more_steps: Sequence[str] = (),
    notes: Mapping[str, str],
    more_deps: Mapping[str, Sequence[str]],
    no_deps: Collection[str] = (),
) -> str:
    """Make the `project.yml` of a new project.

    Comments stay as they are, so this changes lines, not a parsed file.

    text (str): The template.
    variables (Mapping[str, object]): Values of variables; the others keep theirs.
    workflow (str): The one of the template's workflows that becomes "all", the only one.
    more_steps (Sequence[str]): Further commands of it, before the report.
    notes (Mapping[str, str]): Why variables have their values, for a comment behind some.
    more_deps (Mapping[str, Sequence[str]]): Further paths that commands read, by command: what
        changes there runs them again.
    no_deps (Collection[str]): Paths that no command reads, as nothing makes them.
    RETURNS (str): The new file.
    """
    text = _without_section(text, "assets")
    text = re.sub(r"^description: >\n(?:  .*\n)+", DESCRIPTION, text, count=1, flags=re.M)

    def edit_deps(found: re.Match) -> str:
        lines = [line for line in found["deps"].splitlines() if line.strip(' -"') not in no_deps]
        lines += [f"      - {_quoted(path)}" for path in more_deps.get(found["name"], ())]
        return found["head"] + "".join(f"{line}\n" for line in lines)

    text = DEPS.sub(edit_deps, text)
    for name, value in variables.items():
        note = f"  # {notes[name]}" if name in notes else ""
        # A folded text goes on in lines that are indented further.
        pattern = rf"^  {name}:.*\n(?:    .*\n)*"
        line = f"  {name}: {_quoted(value)}{note}\n"
        found = re.search(pattern, text, flags=re.M)
        if found is None:
            raise KeyError(name)
        text = text[: found.start()] + line + text[found.end() :]
    steps = re.search(rf"^  {workflow}:\n((?:    - .*\n)+)", text, flags=re.M)
    if steps is None:
        raise KeyError(workflow)
    listed = steps[1].splitlines(keepends=True)
    more = [f"    - {step}\n" for step in more_steps]
    listed[listed.index(BEFORE) : listed.index(BEFORE)] = more
    head, _, rest = text.partition("workflows:\n")
    return f"{head}workflows:\n  {ALL}:\n{''.join(listed)}\n{rest[rest.index('commands:') :]}"


def _quoted(value: object) -> str:
    return json.dumps(value, ensure_ascii=False)


def _without_section(text: str, name: str) -> str:
    return re.sub(rf"^{name}:\n(?:(?:[ #].*)?\n)*", "", text, count=1, flags=re.M)
