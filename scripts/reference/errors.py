"""The page of errors and warnings: messages from the code, advice from `docs/advice.yml`."""

import re
from pathlib import Path

import srsly

from spacy_concner import errors

ROOT = Path(__file__).parents[2]
PACKAGE = ROOT / "spacy_concner"
ADVICE = ROOT / "docs" / "advice.yml"
CODE = re.compile(r"[CW]\d{3}")
USE = re.compile(r"\b(?:Errors|Warnings)\.([CW]\d{3})\b")
# By the first digit of a code.
SECTIONS = {
    "C0": "Tagging and losses",
    "C1": "Corpora",
    "C2": "Translation and bitexts",
    "C3": "Encoders",
    "C4": "Teachers",
    "C5": "Training, scoring, shipping and the command line",
    "C6": "Files and projects",
    "C7": "Disturbed text",
    "W": "Warnings",
}


def find_messages() -> dict[str, str]:
    """Find all messages by code, in order: errors, then warnings."""
    return {
        code: getattr(group, code)
        for group in (errors.Errors, errors.Warnings)
        for code in sorted(dir(group))
        if CODE.fullmatch(code)
    }


def find_uses() -> dict[str, list[str]]:
    """Find the files that use each code.

    RETURNS (dict[str, list[str]]): Paths below the package, in order.
    """
    uses: dict[str, list[str]] = {}
    for path in sorted(set(PACKAGE.rglob("*.py")) - set((PACKAGE / "errors").iterdir())):
        for code in sorted(set(USE.findall(path.read_text("utf8")))):
            uses.setdefault(code, []).append(path.relative_to(PACKAGE.parent).as_posix())
    return uses


def read_advice() -> dict[str, str]:
    """Read the hand-written advice by code."""
    return srsly.read_yaml(ADVICE)


def plain(message: str) -> str:
    """Show a message without its code, its fields by their names alone."""
    return re.sub(r"\{(\w+)[!:][^{}]*\}", r"{\1}", message.partition("] ")[2])


def errors_page() -> str:
    """Write the page.

    RETURNS (str): Markdown, a heading a code.
    """
    messages, uses, advice = find_messages(), find_uses(), read_advice()
    parts = [
        "# Troubleshooting by error code\n",
        "Messages start with a code: find it here (or by the search). Words in braces are filled "
        "in with what was found. Messages and places are made from the code.\n",
        "`spacy train` and spaCy's other verbs print a traceback above a message of ours, as above "
        "one of their own: the last line is the one to read.\n",
    ]
    for start, title in SECTIONS.items():
        parts.append(f"## {title}\n")
        for code in (code for code in messages if code.startswith(start)):
            message = f"```text\n{plain(messages[code])}\n```\n"
            parts += [f"({code.lower()})=", f"### {code}\n", message]
            if code in advice:
                parts.append(f"{advice[code].strip()}\n")
            if code in uses:
                parts.append(f"From: {', '.join(f'`{path}`' for path in uses[code])}\n")
    return "\n".join(parts)
