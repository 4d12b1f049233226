"""Entities that the training data had, to tell memory from generalisation."""

from collections import Counter
from collections.abc import Iterable
from pathlib import Path

from spacy.vocab import Vocab

from ..errors import ConcnerError, Errors
from .matches import EntitySpan


class SeenEntities:
    """Surface forms of the training entities, each with its types.

    An entity is seen if the training data has the same text, case included and white space
    folded, with the same type (the exact match of Taillé et al. 2020).
    """

    def __init__(self, entities: Iterable[tuple[str, str]]) -> None:
        """Collect the entities.

        entities (Iterable[tuple[str, str]]): Text and type of each; an empty type stands
            for any.
        """
        self.entities = {(_folded(text), label) for text, label in entities}
        n_types = Counter(text for text, label in self.entities if label)
        self.confusable = {text for text, n in n_types.items() if n > 1}

    def is_confusable(self, entity: EntitySpan) -> bool:
        """Tell whether the training data has an entity's text with several types."""
        return _folded(entity.text) in self.confusable

    def __contains__(self, entity: EntitySpan) -> bool:
        """Tell whether an entity was seen."""
        text = _folded(entity.text)
        return (text, entity.label) in self.entities or (text, "") in self.entities


def read_seen(path: Path) -> SeenEntities:
    """Read training entities.

    path (Path): A corpus, as a `.spacy` file or a folder of them; or any other file, of
        lines with the text of an entity, or text and type separated by a tab.
    RETURNS (SeenEntities): The entities.
    RAISES (ConcnerError): C142, C143 for a corpus that cannot be read, C516 for a line that
        is neither.
    """
    if path.is_dir() or path.suffix == ".spacy":
        # Not above: what only reads texts does without it.
        from ..corpora.reader import read_docs

        docs = read_docs(path, Vocab())
        return SeenEntities((span.text, span.label_) for doc in docs for span in doc.ents)
    try:
        lines = path.read_text("utf8").splitlines()
    except (OSError, UnicodeDecodeError) as error:
        raise ConcnerError(Errors.C143.format(path=path, error=error)) from error
    entities = []
    for number, line in enumerate(lines, start=1):
        cells = line.split("\t")
        if not line.strip():
            continue
        if len(cells) > 2 or not all(cell.strip() for cell in cells):
            raise ConcnerError(Errors.C516.format(path=path, line=number, found=line[:80]))
        entities.append((cells[0], cells[1].strip() if len(cells) == 2 else ""))
    return SeenEntities(entities)


def _folded(text: str) -> str:
    """Give a text with one blank in the place of each white space."""
    return " ".join(text.split())
