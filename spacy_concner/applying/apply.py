"""A pipeline applied to text in quantity: files in, shards with entities out.

The work is cut into shards of so many records, each made exactly once: by this process, by
several, or by runs on other machines that each do a part. Nothing that a shard holds depends on
which of them made it. What is made stays when a run is killed, and the next one makes the rest.
"""

from collections import Counter
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from functools import partial
from pathlib import Path

from tqdm import tqdm

from ..corpora.read_options import ReadOptions, check_setting, one_of
from ..corpora.rejects import OPTION, Rejects, default_rejects
from ..errors import ConcnerError, Errors
from ..files import File, Store, claim
from ..pipelines import identify
from ..remote import is_own_memory, locate, sizes_of
from ..sharding.folder import MAKING, Write
from ..sharding.part import Part
from ..sharding.processes import Processes, count_cores
from ..sharding.ray_actors import RayActors
from ..sharding.run import Engine, Here, Lazily, run_shards
from .formats import ENTITIES_FIELD, SUFFIXES, Layout
from .notes import KIND, NOTES_FILE, AppliedFolder, Note
from .records import TEXT_FIELD
from .shards import Shard, cut, find_files
from .worker import Work, Worker

LOCAL, RAY = "local", "ray"
ENGINES = (LOCAL, RAY)


@dataclass
class Applied:
    """What a run of `apply` did.

    records: Records read, of its part, those of earlier runs included.
    docs: Those that were written.
    words: Tokens of these.
    entities: Entities found, by type.
    rejected: Records left out, by code.
    resumed: Shards found already made.
    n_shards: Shards of its part.
    shards: The files, in order, once all parts are made.
    rejects: The rejects file; None without.
    """

    records: int = 0
    docs: int = 0
    words: int = 0
    entities: Counter[str] = field(default_factory=Counter)
    rejected: Counter[str] = field(default_factory=Counter)
    resumed: int = 0
    n_shards: int = 0
    shards: list[Path] = field(default_factory=list)
    rejects: Path | None = None

    def add(self, note: Note, resumed: bool) -> None:
        """Count a shard."""
        self.records += note.records
        self.docs += note.docs
        self.words += note.words
        self.entities.update(note.entities)
        self.rejected.update(row["code"] for row in note.rejects)
        self.resumed += resumed
        self.n_shards += 1


def apply(
    pipeline: str | Path,
    path: str | Path,
    output: str | Path,
    *,
    format: str = "spacy",
    text_field: str = TEXT_FIELD,
    entities_field: str = ENTITIES_FIELD,
    encoding: str = "",
    max_length: int = 0,
    skip_invalid: bool = False,
    rejects: str | Path | None = None,
    part: str = "",
    engine: str = LOCAL,
    address: str = "",
    processes: int = 1,
    gpu_id: int = -1,
    limit: int = 0,
    batch_size: int = 64,
    shard_size: int = 1000,
    force: bool = False,
    progress: bool = True,
) -> Applied:
    """Write the entities that a pipeline finds in text of any quantity.

    pipeline (str | Path): Pipeline folder or installed package; any that sets `doc.ents`.
    path (str | Path): Text: a file, or a folder of files of one kind: `.spacy`; `.txt`, a text a
        line; `.jsonl`, an object a line; `.parquet`; text and JSON may be compressed (`.gz`). This,
        `output` and `rejects` may be URLs of a store, such as "s3://bucket/folder", as text.
    output (str | Path): Folder for the shards; `apply.json` there tells how they were made, and
        `shards.ndjson` what each holds.
    format (str): "spacy" for Docs; "jsonl" or "parquet" for rows: their fields, and the entities
        with start and end in characters, type, text and score.
    text_field (str): Field or column of the text in JSON and parquet.
    entities_field (str): Field or column for the entities.
    encoding (str): Encoding of text and JSON; "" for UTF-8, or what a byte order mark says.
    max_length (int): Characters that a text may have; 0 for what the pipeline allows.
    skip_invalid (bool): Leave broken records out and count them, instead of stopping.
    rejects (str | Path): JSON lines file for the broken records, by default beside the output; if
        it is given, `skip_invalid` holds. With parts, the run that ends last writes it.
    part (str): Such as "2/8": make every eighth shard, from the second on. Runs of the other parts
        share nothing with this one but the folder.
    engine (str): "local" for processes of this machine, "ray" for actors of Ray.
    address (str): Address of a Ray cluster whose machines share the disk; "" for that of
        RAY_ADDRESS, or else one of its own on this machine.
    processes (int): How many; 0 for one a core that there is, or one a GPU. A script that asks for
        several keeps what it runs below `if __name__ == "__main__":`, for each of them imports it.
    gpu_id (int): GPU, or -1 for the CPU; with Ray, any number of 0 or more gives each actor one.
    limit (int): Read this many records; 0 reads all.
    batch_size (int): Texts a batch.
    shard_size (int): Records a shard, broken ones included; the work lost when a run is killed is
        less than this a process.
    force (bool): Start anew even if the output was made with other settings.
    progress (bool): Show the progress, in words.
    RETURNS (Applied): Counts and files.
    RAISES (ConcnerError): C132, C406, C630 for a setting, C602, C608, C640, C641, C642, C646, C649
        for the input, C515 for the pipeline, C105, C122, C143, C146, C152, C643, C644, C645 for a
        broken record, C647, C650, C652 for fields, C648 if the pipeline fails, C631 if a process
        dies, C632, C633 and C634 for Ray, C651 if there is no text, C129, C407, C408 and C601 for
        output and rejects, C405 and C653 if the output was made otherwise, C680 to C688 for
        stores.
    """
    least = {
        "--limit": (limit, 0),
        "--batch-size": (batch_size, 1),
        "--shard-size": (shard_size, 1),
        "--max-length": (max_length, 0),
        "--processes": (processes, 0),
    }
    for option, (value, lowest) in least.items():
        if value < lowest:
            raise ConcnerError(Errors.C406.format(option=option, value=value, least=lowest))
    check_setting("--format", format, format in SUFFIXES, one_of(list(SUFFIXES)))
    check_setting("--engine", engine, engine in ENGINES, one_of(ENGINES))
    if address and engine != RAY:
        raise ConcnerError(Errors.C634.format(engine=engine))
    ReadOptions(encoding=encoding).check()
    own, path, output = Part.read(part), locate(path), locate(output, "OUTPUT")
    left_out = locate(rejects, OPTION) if rejects else None
    for option, place in {"INPUT": path, "OUTPUT": output, OPTION: left_out}.items():
        if place is not None and is_own_memory(place) and (processes != 1 or engine == RAY):
            raise ConcnerError(Errors.C688.format(option=option, path=place))
    if skip_invalid and left_out is None:
        left_out = default_rejects(output)
    rejected = Rejects(left_out).output
    if isinstance(rejected, File) and not own.is_all:
        rejected = File(rejected.path, rejected.is_ours, disposable=True, shared=True)
    outputs = {"OUTPUT": Store(output, MAKING, own.folder), OPTION: rejected}
    inputs = {"PIPELINE": pipeline, "INPUT": path}
    with claim("apply", inputs=inputs, outputs=outputs, force=force):
        KIND.check(output)
        files = find_files(path)
        layout = Layout(format, text_field, entities_field)
        settings = {
            "pipeline": identify(pipeline),
            "input": [[name, size] for name, size in _describe(files, path)],
            "format": format,
            "text_field": text_field,
            "entities_field": entities_field,
            "encoding": encoding,
            "max_length": max_length,
            "limit": limit,
            "batch_size": batch_size,
            "shard_size": shard_size,
        }
        folder = AppliedFolder(output, KIND, settings, force=force, part=own, suffix=layout.suffix)
        work = Work(
            pipeline=str(pipeline),
            folder=folder.making,
            layout=layout,
            text_field=text_field,
            max_length=max_length,
            batch_size=batch_size,
            skip_invalid=left_out is not None,
            gpu_id=gpu_id,
        )
        done = Applied(rejects=left_out)
        find = partial(folder.find_note, with_rejects=left_out is not None, force=force)
        shards = _Counted(cut(files, shard_size, part=own, limit=limit, encoding=encoding))
        wanted = (shard for shard in shards if own.has(shard.number))
        with (
            _open_engine(engine, work, processes, address) as workers,
            tqdm(unit=" words", unit_scale=True, disable=None if progress else True) as bar,
        ):
            for made in run_shards(wanted, find, workers):
                done.add(made.result, made.resumed)
                bar.set_postfix_str(f"{done.n_shards} shards", refresh=False)
                bar.update(0 if made.resumed else made.result.words)
        if not shards.n or (own.is_all and not done.docs):
            n_rejected = done.rejected.total()
            raise ConcnerError(Errors.C651.format(path=path, n_rejected=n_rejected))
        if own.is_all or folder.is_whole(shards.n):
            _finish(folder, shards.n, done)
    return done


@dataclass
class _Counted:
    """Shards, counted as they go by."""

    shards: Iterator[Shard]
    n: int = 0

    def __iter__(self) -> Iterator[Shard]:
        for shard in self.shards:
            self.n += 1
            yield shard


def _describe(files: Sequence[Path], path: Path) -> Iterator[tuple[str, int]]:
    """Give the names of files in an input, and their sizes."""
    root = path.parent if files == [path] else path
    names = [file.relative_to(root).as_posix() for file in files]
    return zip(names, sizes_of(files), strict=True)


@contextmanager
def _open_engine(
    engine: str, work: Work, processes: int, address: str
) -> Iterator[Engine[Shard, Note]]:
    """Start what makes shards."""
    on_gpu = work.gpu_id >= 0
    n = processes or (1 if on_gpu else count_cores())
    if engine == RAY:
        # Ray shows each actor no GPU but its own.
        work = replace(work, gpu_id=min(work.gpu_id, 0))
        with RayActors(Worker, (work,), processes, address=address, on_gpu=on_gpu) as actors:
            yield actors
    elif n > 1:
        with Processes(Worker, (work,), n) as workers:
            yield workers
    else:
        yield Here(Lazily(Worker, (work,)))


def _finish(folder: AppliedFolder, n_shards: int, done: Applied) -> None:
    """Put shards and what is known of them into their places, and rejects into their file."""

    def write_notes(path: Path) -> None:
        with path.open("w", encoding="utf8", newline="\n") as stream:
            for note in folder.all_notes(n_shards):
                stream.write(note.line())

    if done.rejects is not None:
        with Rejects(done.rejects) as file:
            for note in folder.all_notes(n_shards):
                for row in note.rejects:
                    file.add(row)
    rest: dict[str, Write] = {NOTES_FILE: write_notes}
    put = folder.put_into_place if folder.part.is_all else folder.put_parts_into_place
    done.shards = put(n_shards, rest)
