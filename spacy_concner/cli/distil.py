"""`spacy concner distil`: teachers into a student, round by round."""

from pathlib import Path

import typer
from wasabi import msg

from ..errors import ConcnerError, Errors
from ._teachers import CONFIDENCE, JOIN_LABELS, MAP_LABELS, PARTIAL
from ._util import GPU_ID, language_codes, named_numbers, named_paths, use_gpu, verb


@verb("distil")
def distil_cli(
    input_path: Path = typer.Argument(
        ..., metavar="INPUT", help="Folder with raw text: LANG.spacy for each language"
    ),
    output_path: Path = typer.Argument(
        ..., metavar="OUTPUT", help="Folder for the students; the last one is in its model-last"
    ),
    teacher: list[str] = typer.Option(
        ...,
        "--teacher",
        metavar="NAME=PATH",
        help="Teacher: a name, which messages call it by, and the folder of its pipeline or an "
        "installed package; give it once a teacher. The first student starts from the last",
    ),
    map_labels: Path | None = MAP_LABELS,
    confidence: list[str] = CONFIDENCE,
    partial: list[str] = PARTIAL,
    join_labels: bool = JOIN_LABELS,
    languages: str = typer.Option(
        ..., "--languages", help='Codes of the languages to label, such as "bg de"'
    ),
    config: Path = typer.Option(..., "--config", help="Config of the students"),
    dev: Path = typer.Option(..., "--dev", help="Development corpus of all trainings"),
    encoder: Path = typer.Option(..., "--encoder", help="Encoder folder of all pipelines"),
    steps: int = typer.Option(300, "--steps", help="Training steps of a student"),
    rounds: int = typer.Option(
        1,
        "--rounds",
        help="Rounds: from the second on, the student before labels beside the teachers",
    ),
    limit: int = typer.Option(
        0, "--limit", min=0, help="Label this many raw sentences of each language; 0 for all"
    ),
    min_confidence: float = typer.Option(
        0.0,
        "--min-confidence",
        help="From the second round on, tokens whose likeliest label has a lower probability keep "
        "no label",
    ),
    parallel: Path | None = typer.Option(
        None,
        "--parallel",
        help="Folder that may have parallel text, LANG.tsv (source, tab, target): for two rounds "
        "more, beside a teacher that learns from what the student finds alike on both sides",
    ),
    bitexts: Path | None = typer.Option(
        None, "--bitexts", help="Labelled bitexts that the parallel text joins"
    ),
    source: str = typer.Option("en", "--source", help="Language of the parallel text's source"),
    parallel_config: Path | None = typer.Option(
        None, "--parallel-config", help="Config of the teacher with parallel text"
    ),
    parallel_steps: int = typer.Option(
        400, "--parallel-steps", help="Training steps of the teacher with parallel text"
    ),
    seed: int = typer.Option(1, "--seed", help="Random seed of all trainings"),
    gpu_id: int = GPU_ID,
    jobs: int = typer.Option(
        1,
        "--jobs",
        help="Languages that are labelled at once, each by a process on one thread that loads all "
        "teachers; 0 for one a core",
    ),
    force: bool = typer.Option(
        False, "--force", "-F", help="Make anew what an earlier run has made of other inputs"
    ),
) -> None:
    """Distil teachers into a student, round by round; a killed run resumes.

    The teachers label raw text of each language softly, and a student learns from it. What an
    earlier run has made of the same inputs is kept.
    """
    from ..files import check_apart
    from ..teaching.distil import distil
    from ..teaching.distillation_inputs import ParallelText, Training
    from ..teaching.voting import Voting

    check_apart({"INPUT": input_path, "--parallel": parallel}, {"OUTPUT": output_path})
    use_gpu(gpu_id)
    codes = language_codes(languages)
    if parallel is not None and not parallel.is_dir():
        raise ConcnerError(Errors.C217.format(path=parallel, expected="a folder of parallel text"))
    texts = {code: parallel / f"{code}.tsv" for code in codes} if parallel is not None else {}
    texts = {code: text for code, text in texts.items() if text.exists()}
    text = None
    if texts:
        for option, given in (("--bitexts", bitexts), ("--parallel-config", parallel_config)):
            if given is None:
                raise ConcnerError(Errors.C428.format(languages=" ".join(texts), option=option))
        assert bitexts is not None and parallel_config is not None
        text = ParallelText(texts, bitexts, Training(parallel_config, parallel_steps), source)
    without = [code for code in codes if code not in texts]
    if parallel is not None and without:
        msg.info(f"No parallel text for {' '.join(without)} in {parallel}")
    distil(
        {code: input_path / f"{code}.spacy" for code in codes},
        output_path,
        named_paths("--teacher", teacher),
        voting=Voting(named_numbers("--confidence", confidence), partial, join_labels),
        map_labels=map_labels,
        student=Training(config, steps),
        dev=dev,
        encoder=encoder,
        limit=limit,
        rounds=rounds,
        min_confidence=min_confidence,
        parallel=text,
        seed=seed,
        gpu_id=gpu_id,
        jobs=jobs,
        force=force,
    )
