"""`spacy concner inspect`: a page of bitexts, problems first."""

from pathlib import Path

import typer
from wasabi import msg

from . import _thresholds
from ._util import verb


@verb("inspect")
def inspect_cli(
    input_path: Path = typer.Argument(
        ..., metavar="INPUT", help="Bitexts: a .spacy file or a folder of them"
    ),
    output_path: Path = typer.Argument(..., metavar="OUTPUT", help="HTML file"),
    rejects: Path | None = typer.Option(
        None, "--rejects", help="Rejects file of translate, bitext or filter, for the summary"
    ),
    limit: int = typer.Option(
        1000, "--limit", min=0, help="Bitexts on the page, the worst first; 0 for all"
    ),
    max_length_factor: float = _thresholds.MAX_LENGTH_FACTOR,
    max_untranslated: float = _thresholds.MAX_UNTRANSLATED,
    min_entities_kept: float = _thresholds.MIN_ENTITIES_KEPT,
    max_entities_added: int = _thresholds.MAX_ENTITIES_ADDED,
    force: bool = typer.Option(False, "--force", "-F", help="Replace a page that is there"),
) -> None:
    """Show bitexts side by side on an HTML page, those with problems first."""
    from ..bitexts.thresholds import Thresholds
    from ..pages.inspect.page import inspect_corpus

    thresholds = Thresholds(
        max_length_factor=max_length_factor,
        max_untranslated=max_untranslated,
        min_entities_kept=min_entities_kept,
        max_entities_added=max_entities_added,
    )
    found = inspect_corpus(
        input_path,
        output_path,
        rejects=rejects,
        thresholds=thresholds,
        limit=limit,
        force=force,
    )
    quality = found.quality
    kept = quality.entities_kept
    _, median, _ = quality.length_quartiles
    rows: list[tuple[str, object]] = [
        ("Pairs", quality.pairs),
        ("Entities kept", "–" if kept is None else f"{kept:.1%}"),
        ("Length ratio (median)", f"{median:.2f}"),
        ("Untranslated", f"{quality.untranslated_share:.1%}"),
    ]
    if found.rejects is not None:
        rows.append(("Rejected", found.rejects.n_rows))
    rows += [(f"Problem: {name}", n) for name, n in quality.problems.most_common()]
    msg.table(rows, aligns=("l", "r"))
    if found.n_docs > found.n_bitexts:
        msg.warn(f"{found.n_docs - found.n_bitexts} documents are no bitexts: not shown")
    if found.n_shown < found.n_bitexts:
        msg.info(f"The page holds the worst {found.n_shown} bitexts; --limit 0 shows all")
    msg.good(f"{found.n_shown} bitexts, {found.n_problematic} with problems: {output_path}")
