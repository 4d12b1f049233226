"""A folder with the run time's packages alone, as where only a shipped wheel is installed."""

from importlib.metadata import PackageNotFoundError, distribution
from pathlib import Path

from packaging.requirements import Requirement

PACKAGE = "spacy-concner"
ROOT = Path(__file__).resolve().parent.parent


def run_time_packages(name: str = PACKAGE) -> set[str]:
    """Name what an installed package needs, itself included, extras left out."""
    found: set[str] = set()
    waiting = [name]
    while waiting:
        current = waiting.pop().lower().replace("_", "-")
        if current in found:
            continue
        try:
            requirements = distribution(current).requires or []
        except PackageNotFoundError:
            continue
        found.add(current)
        for line in requirements:
            requirement = Requirement(line)
            if requirement.marker is None or requirement.marker.evaluate({"extra": ""}):
                waiting.append(requirement.name)
    return found


def make_lean_site(folder: Path, *others: str, package: str = PACKAGE) -> Path:
    """Link the run time's packages into a folder.

    folder (Path): Folder to fill; a Python started with -S and this folder as its path
        sees what a fresh environment with a shipped wheel would see.
    others (str): Packages that are installed beside it.
    package (str): What is installed in its place, if it is another package.
    RETURNS (Path): The folder.
    """
    folder.mkdir(parents=True, exist_ok=True)
    for name in run_time_packages(package).union(*map(run_time_packages, others)):
        found = distribution(name)
        tops = {file.parts[0] for file in found.files or []}
        # Of the package itself an installation for work on it has the template alone.
        for top in tops - {"..", "__pycache__", "spacy_concner"}:
            source = Path(str(found.locate_file(top)))
            if source.exists() and source.suffix != ".pth" and not (folder / top).exists():
                (folder / top).symlink_to(source)
    if package == PACKAGE and not (folder / "spacy_concner").exists():
        (folder / "spacy_concner").symlink_to(ROOT / "spacy_concner")
    return folder


def lean_command(site: Path, code: str) -> list[str]:
    """Give the arguments with which Python runs code on a lean folder and nothing else."""
    return ["-S", "-c", f"import sys; sys.path.append({str(site)!r})\n{code}"]
