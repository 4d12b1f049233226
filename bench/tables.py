"""Tables of the docs, made from the rows of a bench."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from statistics import mean, stdev

import numpy as np

START = "<!-- {name}: made by bench/{bench}.py -->"
END = "<!-- end of {name} -->"


def cell(values: Sequence[float]) -> str:
    """Show the mean of seeds, and their standard deviation if there are several."""
    if not values:
        return ""
    if len(values) == 1:
        return f"{values[0]:.1f}"
    return f"{mean(values):.1f} ± {stdev(values):.1f}"


@dataclass(frozen=True)
class Difference:
    """A mean difference of F1 over seeds, and its 95% interval over sentences."""

    difference: float
    low: float
    high: float


def show_difference(row: Mapping[str, float]) -> str:
    """Show the difference of a row and the bounds of its interval."""
    return f"{row['difference']:+.1f} [{row['low']:+.1f}, {row['high']:+.1f}]"


def markdown(header: Sequence[str], rows: Sequence[Sequence[str]]) -> list[str]:
    """Give the lines of a Markdown table."""
    lines = [f"| {' | '.join(header)} |", "|" + "---|" * len(header)]
    return lines + [f"| {' | '.join(row)} |" for row in rows]


def write_between(path: Path, bench: str, name: str, lines: Sequence[str]) -> None:
    """Write lines into a page, between the marks that say where they stand.

    path (Path): Markdown file; made if it is not there.
    bench (str): Name of the bench.
    name (str): Name of the table.
    lines (Sequence[str]): Lines of Markdown.
    """
    start, end = START.format(name=name, bench=bench), END.format(name=name)
    page = path.read_text("utf8") if path.exists() else ""
    if start not in page:
        page += f"\n{start}\n{end}\n"
    before, _, rest = page.partition(start)
    after = rest.partition(end)[2]
    content = "\n".join(lines)
    path.write_text(f"{before}{start}\n\n{content}\n\n{end}{after}", encoding="utf8")


def f1_of_sums(sums: np.ndarray) -> np.ndarray:
    """Give F1 in percent of sums of true positives, false positives and false negatives.

    sums (ndarray): `(…, 3)` counts.
    RETURNS (ndarray): `(…)` F1.
    """
    total = 2 * sums[..., 0] + sums[..., 1] + sums[..., 2]
    return 200 * sums[..., 0] / np.maximum(total, 1)


def rates(sums: np.ndarray) -> dict[str, float]:
    """Give F1, precision and recall in percent.

    sums (ndarray): `(3,)` true positives, false positives and false negatives.
    RETURNS (dict[str, float]): `f1`, `precision` and `recall`.
    """
    right, wrong, lost = sums.tolist()
    return {
        "f1": float(f1_of_sums(sums)),
        "precision": round(100 * right / max(1, right + wrong), 6),
        "recall": round(100 * right / max(1, right + lost), 6),
    }


def paired_difference(
    counts: Sequence[np.ndarray], baseline: Sequence[np.ndarray], n_samples: int = 1000
) -> Difference:
    """Compare two methods on the same sentences and seeds.

    counts (Sequence[ndarray]): For each seed `(n_sentences, 3)` true positives, false
        positives and false negatives of a method.
    baseline (Sequence[ndarray]): The same of the method to compare with.
    n_samples (int): Bootstrap samples of sentences.
    RETURNS (Difference): Mean difference of F1 over seeds, with a percentile interval.
    """
    from scipy.stats import bootstrap

    ours, theirs = np.stack(counts), np.stack(baseline)

    def difference(rows: np.ndarray) -> float:
        # One seed at a time: a gather of all seeds together would be large.
        found = f1_of_sums(ours[:, rows].sum(axis=1)) - f1_of_sums(theirs[:, rows].sum(axis=1))
        return float(found.mean())

    sentences = np.arange(ours.shape[1])
    interval = bootstrap(
        (sentences,),
        difference,
        n_resamples=n_samples,
        vectorized=False,
        method="percentile",
        rng=np.random.default_rng(0),
    ).confidence_interval
    return Difference(difference(sentences), float(interval.low), float(interval.high))
