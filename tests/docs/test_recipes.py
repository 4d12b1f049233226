"""Commands and links of the pages hold: verbs, options, settings and files are there."""

import re
import shlex
from pathlib import Path

import pytest
from spacy.util import load_config

from scripts.reference.verbs import Parameter, find_parameters, find_verbs

ROOT = Path(__file__).parents[2]
DOCS = ROOT / "docs"
PAGES = [*sorted(DOCS.glob("*.md")), *sorted((DOCS / "recipes").glob("*.md"))]
VERBS = {name: find_parameters(verb) for name, verb in find_verbs().items()}
TRAIN_OPTIONS = {"--output", "--gpu-id"}


def commands(page: Path) -> list[list[str]]:
    """Give the words of each command of a page."""
    blocks = re.findall(r"```bash\n(.*?)```", page.read_text("utf8"), re.S)
    text = "\n".join(blocks).replace("\\\n", " ")
    lines = [line for line in text.splitlines() if line.strip()]
    return [shlex.split(line, comments=True) for line in lines]


def check_options(words: list[str], known: list[Parameter]) -> list[str]:
    """Give what is wrong with the arguments and options of a verb."""
    flags = {name: p.kind == "flag" for p in known if p.option for name in p.names}
    given, places, problems = set(), 0, []
    rest = iter(words)
    for word in rest:
        name, equals, _ = word.partition("=")
        if not word.startswith("-"):
            places += 1
        elif name not in flags:
            problems.append(f"no option {name}")
        else:
            given.add(name)
            if not flags[name] and not equals:
                next(rest)
    arguments = [p for p in known if not p.option]
    least = sum(p.needed for p in arguments)
    if not least <= places <= len(arguments):
        problems.append(f"{places} arguments, expected {least} to {len(arguments)}")
    missing = [p.names[0] for p in known if p.option and p.needed and not given & set(p.names)]
    return problems + [f"{name} is missing" for name in missing]


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.stem)
def test_commands_are_right(page):
    problems = []
    for words in commands(page):
        if words[:4] == ["python", "-m", "spacy", "concner"]:
            verb, rest = words[4], words[5:]
            if verb == "for-each":
                # Any number of variables; what it runs comes after.
                own = rest[: rest.index("--")]
                rest = ["NAME=VALUES", *(word for word in own if "=" not in word)]
            found = check_options(rest, VERBS[verb]) if verb in VERBS else [f"no verb {verb}"]
            problems += [f"{verb}: {problem}" for problem in found]
        elif words[:4] == ["python", "-m", "spacy", "train"]:
            config = load_config(ROOT / words[4])
            for name in words[5::2]:
                if name not in TRAIN_OPTIONS:
                    value = config
                    for key in name.removeprefix("--").split("."):
                        assert key in value, f"{words[4]} has no {name}"
                        value = value[key]
    assert problems == []


def test_commands_are_found_and_wrong_ones_told():
    assert sum(len(commands(page)) for page in PAGES) > 40
    assert check_options(["in", "out.spacy", "--force"], VERBS["convert"]) == []
    assert check_options(["in", "--nope", "--limit", "3"], VERBS["convert"]) == [
        "no option --nope",
        "1 arguments, expected 2 to 2",
    ]
    assert check_options(["in", "out"], VERBS["label"]) == ["--teacher is missing"]


def test_configs_of_the_pages_are_there():
    configs = {path.name for path in (ROOT / "configs").glob("*.cfg")}
    told = set(re.findall(r"`(\w+\.cfg)`", (DOCS / "configs.md").read_text("utf8")))
    assert told == configs


def test_pictures_need_no_network():
    for path in DOCS.rglob("*"):
        if path.suffix in (".svg", ".css"):
            assert not re.search(
                r"(src|href|url)\s*[=(]\s*[\"']?https?:", path.read_text("utf8")
            ), path
