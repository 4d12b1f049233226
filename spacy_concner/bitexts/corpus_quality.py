"""Figures of many translations together."""

from array import array
from bisect import bisect_right
from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass, field
from statistics import fmean, quantiles

from .quality import Problem, Quality

LENGTH_BOUNDS = (0.33, 0.5, 0.67, 0.8, 1.0, 1.25, 1.5, 2.0, 3.0)


@dataclass
class CorpusQuality:
    """Figures of many translations.

    pairs: Translations measured.
    annotated: Those with annotation on both sides.
    source_entities: Entities of their sources, by type.
    kept_entities: Those that the translation has too, by type.
    added_entities: Entities that translations have more, by type.
    length_ratios: Target characters for a source character, of each.
    untranslated: Share of words that are those of the source, of each that has words.
    strategies: Translations by how their labels crossed over.
    problems: Translations by problem.
    """

    pairs: int = 0
    annotated: int = 0
    source_entities: Counter[str] = field(default_factory=Counter)
    kept_entities: Counter[str] = field(default_factory=Counter)
    added_entities: Counter[str] = field(default_factory=Counter)
    length_ratios: array = field(default_factory=lambda: array("d"))
    untranslated: array = field(default_factory=lambda: array("d"))
    strategies: Counter[str] = field(default_factory=Counter)
    problems: Counter[str] = field(default_factory=Counter)

    def add(self, quality: Quality, problems: Iterable[Problem] = ()) -> None:
        """Count a translation.

        quality (Quality): Its figures.
        problems (Iterable[Problem]): What is wrong with it.
        """
        self.pairs += 1
        self.annotated += quality.annotated
        if quality.annotated:
            self.source_entities.update(quality.source_entities)
            self.kept_entities.update(quality.source_entities - quality.lost)
            self.added_entities.update(quality.added)
        self.length_ratios.append(quality.length_ratio)
        if quality.n_words:
            self.untranslated.append(quality.untranslated)
        self.strategies[quality.strategy] += 1
        self.problems.update({problem.name for problem in problems})

    @property
    def entities_kept(self) -> float | None:
        """Give the share of entities kept, None if there are none."""
        total = self.source_entities.total()
        return self.kept_entities.total() / total if total else None

    @property
    def untranslated_share(self) -> float:
        """Give the mean share of words that are those of the source."""
        return fmean(self.untranslated) if self.untranslated else 0.0

    @property
    def length_quartiles(self) -> tuple[float, float, float]:
        """Give lower quartile, median and upper quartile of the length ratios."""
        if len(self.length_ratios) < 2:
            return tuple(self.length_ratios[:1] * 3 or (0.0, 0.0, 0.0))  # type: ignore[return-value]
        low, middle, high = quantiles(self.length_ratios, n=4, method="inclusive")
        return low, middle, high

    def rows(self) -> dict[str, str]:
        """Give the figures that a person wants to see after a run, in words."""
        low, middle, high = self.length_quartiles
        kept = self.entities_kept
        return {
            "Entities of the source kept": "none there" if kept is None else f"{kept:.1%}",
            "Length ratio, quartiles": f"{low:.2f}, {middle:.2f}, {high:.2f}",
            "Words left as in the source": f"{self.untranslated_share:.1%}",
        }

    def length_histogram(self) -> list[tuple[str, int]]:
        """Give the number of translations for each range of length ratios, in words."""
        counts = Counter(bisect_right(LENGTH_BOUNDS, ratio) for ratio in self.length_ratios)
        names = [f"below {LENGTH_BOUNDS[0]}"]
        names += [
            f"{low} to {high}" for low, high in zip(LENGTH_BOUNDS, LENGTH_BOUNDS[1:], strict=False)
        ]
        names += [f"{LENGTH_BOUNDS[-1]} and more"]
        return [(name, counts[i]) for i, name in enumerate(names)]
