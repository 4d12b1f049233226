"""`spacy concner label`: teachers write soft labels for raw text."""

from pathlib import Path

import typer
from wasabi import msg

from ..errors import ConcnerError, Errors
from ._teachers import CONFIDENCE, JOIN_LABELS, MAP_LABELS, PARTIAL
from ._util import GPU_ID, named_numbers, named_paths, use_gpu, verb


@verb("label")
def label_cli(
    input_path: Path = typer.Argument(
        ..., metavar="INPUT", help="Raw text: a .spacy file or a folder of them"
    ),
    output_path: Path = typer.Argument(
        ..., metavar="OUTPUT", help="Folder for the softly labelled shards"
    ),
    teacher: list[str] = typer.Option(
        ...,
        "--teacher",
        metavar="[NAME=]PATH",
        help="Teacher: the folder of a trained pipeline or an installed package that finds "
        "entities, called by its path, or by NAME where --source-text, --map-labels or a file of "
        "weights name it; give it once a teacher",
    ),
    weighting: str = typer.Option(
        "uniform",
        "--weighting",
        help="uniform, cosine or learned language similarity, or a JSON file with a weight "
        "for each teacher",
    ),
    weight: list[float] = typer.Option(
        [], "--weight", help="Weight of each teacher, in order, instead of --weighting"
    ),
    source_text: list[str] = typer.Option(
        [],
        "--source-text",
        help="NAME=CORPUS.spacy: text in the language of the teacher NAME, for cosine and learned",
    ),
    encoder: str | None = typer.Option(
        None, "--encoder", help="Pretrained encoder that cosine and learned measure text with"
    ),
    level: str = typer.Option(
        "domain", "--level", help="domain: one weight a teacher; sentence: one a sentence"
    ),
    map_labels: Path | None = MAP_LABELS,
    confidence: list[str] = CONFIDENCE,
    partial: list[str] = PARTIAL,
    join_labels: bool = JOIN_LABELS,
    evaluator: str | None = typer.Option(
        None, "--evaluator", help="Similarity evaluator whose token vectors are stored, too (MTMT)"
    ),
    evaluator_width: int = typer.Option(
        64,
        "--evaluator-width",
        help="Numbers stored a token of the evaluator's vectors, at most as many as it gives",
    ),
    min_confidence: float = typer.Option(
        0.0,
        "--min-confidence",
        help="Tokens whose likeliest label has a lower probability keep no label",
    ),
    cache: Path | None = typer.Option(
        None,
        "--cache",
        help="Folder for what each teacher and the encoder say, so that none reads a text twice; "
        "in the output without",
    ),
    limit: int = typer.Option(0, "--limit", help="Label this many documents; 0 for all"),
    batch_size: int = typer.Option(64, "--batch-size", help="Documents a batch"),
    shard_size: int = typer.Option(1000, "--shard-size", help="Documents a shard"),
    gpu_id: int = GPU_ID,
    force: bool = typer.Option(
        False,
        "--force",
        "-F",
        help="Start anew if the output was made with other settings; teachers are not run again "
        "on what they have read",
    ),
) -> None:
    """Label raw text softly with one or more teachers; a killed run resumes.

    A pipeline with a concner component teaches by its probabilities, any other by the entities it
    sets, such as those of ner, entity_ruler or a language model.
    """
    from ..teaching.label import WeightingSettings, label
    from ..teaching.voting import Voting
    from ..teaching.weighting import MEASURES, UNIFORM

    use_gpu(gpu_id)
    sources = named_paths("--source-text", source_text)
    if level not in ("domain", "sentence"):
        raise ConcnerError(Errors.C419.format(level=level))
    if weight and weighting != UNIFORM:
        raise ConcnerError(Errors.C422.format(kind=weighting))
    if weighting not in MEASURES:
        given = {
            "--source-text": sources,
            "--encoder": encoder,
            "--level sentence": level != "domain",
        }
        for option in (name for name, value in given.items() if value):
            msg.warn(f"{option} is for the weightings {' and '.join(MEASURES)}: not used")
    result = label(
        input_path,
        output_path,
        teacher,
        weighting=WeightingSettings(
            kind=weighting,
            weights=weight or None,
            sources=sources,
            encoder=encoder,
            level="domain" if level == "domain" else "sentence",
        ),
        voting=Voting(named_numbers("--confidence", confidence), partial, join_labels),
        map_labels=map_labels,
        evaluator=evaluator,
        evaluator_width=evaluator_width,
        min_confidence=min_confidence,
        cache=cache,
        limit=limit,
        batch_size=batch_size,
        shard_size=shard_size,
        force=force,
    )
    _show_weights(result.weighting)
    if result.resumed:
        msg.info(f"{result.resumed} documents were labelled by an earlier run")
    if min_confidence or result.unsure_tokens or result.unsure_docs:
        below = f"below {min_confidence:g} or " if min_confidence else ""
        msg.info(
            f"No label, {below}no teacher with an opinion: {result.unsure_tokens} tokens in the "
            f"documents kept, {result.unsure_docs} documents left out"
        )
    msg.good(
        f"{result.docs - result.unsure_docs} documents, "
        f"{result.tokens - result.unsure_tokens} tokens softly labelled by "
        f"{len(teacher)} teacher(s) in {len(result.shards)} shard(s): {output_path}"
    )


def _show_weights(summary: dict) -> None:
    weights = summary.get("weights")
    if weights and len(weights) > 1:
        rows = [(name, f"{weight:.3f}") for name, weight in weights.items()]
        msg.table(rows, header=("Teacher", "Weight"), divider=True, aligns=("l", "r"))
    if "similarity" in summary:
        msg.info(
            f"Similarity ({summary['weighting']}, {summary['level']} level) tells "
            f"{100 * summary['similarity']['accuracy']:.1f}% of the languages of the source "
            "sentences that it was made of"
        )
