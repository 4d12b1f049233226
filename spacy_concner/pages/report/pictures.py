"""Charts of trainings and of vectors, as the page shows them (pure)."""

from dataclasses import dataclass

from .charts import LineChart, Scatter, line_chart, scatter
from .gather import Report
from .metrics import Training
from .vectors import VectorPicture


@dataclass(frozen=True)
class PictureView:
    """Vectors as they are shown.

    picture: the figures.
    sentences: chart of sentence vectors.
    tokens: chart of entity tokens, None without labels.
    """

    picture: VectorPicture
    sentences: Scatter
    tokens: Scatter | None


def training_charts(trainings: dict[str, Training]) -> list[LineChart]:
    """Draw how trainings went: a chart for each score and each loss.

    trainings (dict[str, Training]): Trainings by name.
    RETURNS (list[LineChart]): Scores first.
    """
    charts = []
    for kind, y_label in (("scores", "points"), ("losses", "mean a step")):
        tables = [getattr(training, kind) for training in trainings.values()]
        names = list(dict.fromkeys(name for table in tables for name in table))
        if kind == "scores":
            # Their weighted sum says nothing new beside a single score.
            names.sort(key=lambda name: name != "score")
        for name in names:
            curves = [
                (run, number, training.steps, getattr(training, kind)[name])
                for number, (run, training) in enumerate(trainings.items())
                if any(value is not None for value in getattr(training, kind).get(name, ()))
            ]
            if curves:
                title = f"{'Loss' if kind == 'losses' else 'Score'}: {name}"
                charts.append(line_chart(title, "step", y_label, curves))
    return charts


def view_pictures(report: Report) -> list[PictureView]:
    """Draw the vectors.

    report (Report): The figures.
    RETURNS (list[PictureView]): A view of each encoder and pipeline, with the same colours.
    """
    groups = [group for p in report.pictures for group in p.sentences.groups]
    languages = [report.source]
    languages += sorted({language for language, _ in groups} - set(languages))
    types = sorted({t for p in report.pictures if p.tokens for _, t in p.tokens.groups})
    views = []
    for picture in report.pictures:
        sentences = scatter(
            f"Sentences, {picture.name}", picture.sentences, languages, report.source
        )
        tokens = None
        if picture.tokens is not None:
            title = f"Entity tokens, {picture.name}"
            tokens = scatter(title, picture.tokens, types, report.source)
        views.append(PictureView(picture, sentences, tokens))
    return views
