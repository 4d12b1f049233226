"""Claims of paths, and folders as verbs make them."""

from pathlib import Path

from spacy_concner.files import claim, json_line_with, whole_folder

is_rejects = json_line_with("reason", "code")


def try_claim(verb="convert", inputs=None, outputs=None, force=False):
    with claim(verb, inputs=inputs or {}, outputs=outputs or {}, force=force):
        pass


def make_folder(path: Path, verb: str = "convert", text: str = "new") -> Path:
    with whole_folder(path, verb) as part:
        (part / "inner").mkdir()
        (part / "inner" / "a.txt").write_text(text)
    return path
