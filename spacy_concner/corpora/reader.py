"""`.spacy` files into training Examples that keep segments and soft labels."""

import random
import warnings
from collections.abc import Callable, Iterable, Iterator
from pathlib import Path

from spacy.language import Language
from spacy.tokens import Doc, DocBin
from spacy.training import Example
from spacy.training.corpus import walk_corpus
from spacy.util import ensure_path

from ..errors import ConcnerError, Errors, Warnings
from ..files import show_reason
from ..folder_marker import MARKER, check_complete
from .segments import SEGMENTS_KEY, copy_tokens
from .soft_labels import get_soft_labels

FILE_TYPE = ".spacy"
# Where a DocBin has an entry for each Doc.
STORED = ("tokens", "spaces", "cats", "flags", "span_groups", "user_data")


def create_corpus(
    path: Path | None,
    limit: int = 0,
    max_length: int = 0,
    shuffle: bool = False,
    augmenter: Callable | None = None,
) -> Callable[[Language], Iterable[Example]]:
    """Create the reader `spacy-concner.Corpus.v1`.

    Docs with segments, soft labels or unknown spaces keep their tokens, so that what they
    carry stays aligned; all others are tokenised anew by the pipeline, as spaCy's own
    reader does.

    path (Path): A `.spacy` file or a folder of them; None is an error, told when read.
    limit (int): Stop after this many Docs; 0 reads all.
    max_length (int): Leave out longer Docs, in tokens, with a warning that counts them; 0
        keeps all.
    shuffle (bool): Shuffle the Docs of a reading: this holds them all in memory, as stored.
    augmenter (Callable): Data augmentation as in spaCy's readers; Docs with segments or
        soft labels pass unchanged, since augmenting would break them, unless the augmenter has
        an attribute `keeps_tokens` that is true, as `spacy-concner.noisy_words.v1` has.
    RETURNS (Callable[[Language], Iterable[Example]]): The reader.
    """
    return Corpus(path, limit=limit, max_length=max_length, shuffle=shuffle, augmenter=augmenter)


def read_docs(path: Path, nlp_or_vocab, limit: int = 0) -> Iterator[Doc]:
    """Stream the Docs of a `.spacy` file or a folder of them, files in order of name.

    path (Path): File or folder.
    nlp_or_vocab (Language | Vocab): Whose vocabulary the Docs take.
    limit (int): Stop after this many Docs; 0 reads all.
    YIELDS (Doc): The Docs.
    RAISES (ConcnerError): C142 if there is no such file, C143 if one cannot be read.
    """
    vocab = getattr(nlp_or_vocab, "vocab", nlp_or_vocab)
    files = corpus_files(path)
    n_read = 0
    for file in files:
        for doc in _open(file).get_docs(vocab):
            yield doc
            n_read += 1
            if limit and n_read >= limit:
                return


def read_shuffled(path: Path, nlp_or_vocab, limit: int = 0) -> Iterator[Doc]:
    """Stream the Docs of a `.spacy` file or a folder of them in random order.

    All are held as they are stored, which takes half the memory of Docs.

    path (Path): File or folder.
    nlp_or_vocab (Language | Vocab): Whose vocabulary the Docs take.
    limit (int): Shuffle the first so many Docs, and leave the others out; 0 reads all.
    YIELDS (Doc): The Docs.
    RAISES (ConcnerError): As of `read_docs`.
    """
    vocab = getattr(nlp_or_vocab, "vocab", nlp_or_vocab)
    files = [_open(file) for file in corpus_files(path)]
    places = [(number, i) for number, file in enumerate(files) for i in range(len(file))]
    places = places[: limit or None]
    random.shuffle(places)
    wanted: list[list[int]] = [[] for _ in files]
    for number, i in places:
        wanted[number].append(i)
    # Each file gives its own Docs in their order in the whole.
    for file, own in zip(files, wanted, strict=True):
        for name in STORED:
            values = getattr(file, name)
            # Without user data there is none to a Doc.
            setattr(file, name, [values[i] for i in own] if values else values)
    streams = [file.get_docs(vocab) for file in files]
    for number, _ in places:
        yield next(streams[number])


def _open(file: Path) -> DocBin:
    try:
        return DocBin(store_user_data=True).from_disk(file)
    except Exception as error:
        raise ConcnerError(Errors.C143.format(path=file, error=show_reason(error))) from error


def corpus_files(path: Path | str) -> list[Path]:
    """List the `.spacy` files of a corpus in order of name.

    path (Path | str): A `.spacy` file or a folder.
    RETURNS (list[Path]): The files.
    RAISES (ConcnerError): C142 if there is none, C602 if some that were written are gone, C608 if
        not all have been written.
    """
    location = ensure_path(path)
    for folder in {location, *(marker.parent for marker in location.rglob(MARKER))}:
        check_complete(folder)
    files: list[Path] = []
    if location.exists():
        with warnings.catch_warnings():
            # That there is none is told below.
            warnings.filterwarnings("ignore", message=r"\[W090\]")
            files = sorted(walk_corpus(location, FILE_TYPE))
    if not files:
        raise ConcnerError(Errors.C142.format(path=path))
    return files


def count_docs(file: Path) -> int:
    """Count the Docs of a `.spacy` file.

    file (Path): The file.
    RETURNS (int): How many it holds.
    RAISES (ConcnerError): C143 if it cannot be read.
    """
    try:
        return len(DocBin().from_disk(file))
    except Exception as error:
        raise ConcnerError(Errors.C143.format(path=file, error=show_reason(error))) from error


class Corpus:
    """Reader of `.spacy` files: see `create_corpus`."""

    def __init__(
        self,
        path: Path | str | None,
        *,
        limit: int = 0,
        max_length: int = 0,
        shuffle: bool = False,
        augmenter: Callable | None = None,
    ) -> None:
        """Initialise the reader; arguments as for `create_corpus`."""
        self.path = path
        self.limit = limit
        self.max_length = max_length
        self.shuffle = shuffle
        self.augmenter = augmenter

    def __call__(self, nlp: Language) -> Iterator[Example]:
        """Read the Examples.

        nlp (Language): The pipeline to train.
        YIELDS (Example): The Examples.
        RAISES (ConcnerError): C142, C143 as of `read_docs`.
        """
        if self.path is None:
            raise ConcnerError(Errors.C142.format(path=None))
        read = read_shuffled if self.shuffle else read_docs
        n_long = 0
        for reference in read(Path(self.path), nlp, self.limit):
            if self.max_length and len(reference) > self.max_length:
                n_long += 1
            elif len(reference):
                yield from self._make_examples(nlp, reference)
        if n_long:
            warnings.warn(
                Warnings.W101.format(n=n_long, path=self.path, max_length=self.max_length),
                stacklevel=2,
            )

    def _make_examples(self, nlp: Language, reference: Doc) -> Iterable[Example]:
        keep_tokens = SEGMENTS_KEY in reference.spans or get_soft_labels(reference) is not None
        if not keep_tokens and not reference.has_unknown_spaces:
            example = Example(nlp.make_doc(reference.text), reference)
        else:
            example = Example(copy_tokens(reference, nlp.vocab), reference)
        if self.augmenter is None:
            return [example]
        if keep_tokens and not getattr(self.augmenter, "keeps_tokens", False):
            return [example]
        return self.augmenter(nlp, example)
