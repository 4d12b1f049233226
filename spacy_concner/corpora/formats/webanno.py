"""WebAnno TSV 3, the format of WebAnno and INCEpTION: a token a line, layers in columns."""

import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field

from ...errors import Errors
from ..json_values import check_string
from ..lines import Line
from ..read_options import TAGS_FIELD, ReadOptions
from ..records import InvalidRecord, Place, Rejected, Span, TextRecord

HEADER = "#FORMAT=WebAnno TSV 3"
LAYER = "#T_SP="
CHAINS = "#T_CH="
OTHER_LAYERS = (CHAINS, "#T_RL=")
TEXT = "#Text="
TOKEN_ID = re.compile(r"[0-9]+-[0-9]+")
VALUE = re.compile(r"(.*?)(?:\[([0-9]+)\])?", re.DOTALL)
STACK = re.compile(r"(?<!\\)\|")
ESCAPE = re.compile(r"\\(.)", re.DOTALL)
ESCAPED = {"t": "\t", "n": "\n", "r": "\r", "f": "\f", "b": "\b"}
PREFERRED = "NamedEntity"
NO_ENTITIES = frozenset(
    """
    Chunk Dependency DocumentMetaData Lemma Morpheme MorphologicalFeatures POS Paragraph SemArg
    SemPred Sentence SofaChangeAnnotation Stem SurfaceForm Token
    """.split()
)
"""Layers that WebAnno and INCEpTION bring for other things, read only if they are named."""


@dataclass(frozen=True, slots=True)
class _Column:
    """A column of annotations: the layer and feature that it holds."""

    layer: str
    feature: str

    @property
    def name(self) -> str:
        """Give the layer without the package that it is in."""
        return self.layer.rpartition(".")[2]

    @property
    def is_span(self) -> bool:
        return not self.layer.startswith(OTHER_LAYERS)

    @property
    def is_slot(self) -> bool:
        """Tell whether it is the role of a slot or the layer that fills it, which may lack."""
        return self.feature.startswith("ROLE_") or "." in self.feature


@dataclass(frozen=True, slots=True)
class _Types:
    """Where the types are: their column of annotations, and the other features of the layer."""

    column: int
    others: tuple[int, ...]


@dataclass(slots=True)
class _Block:
    """The lines of a sentence."""

    first: int
    lines: list[Line] = field(default_factory=list)

    @property
    def raw(self) -> str:
        return "\n".join(line.raw for line in self.lines)


@dataclass(slots=True)
class _Token:
    """A token: offsets in the document, text, line, and type and number of its entity, if any."""

    start: int
    end: int
    text: str
    line: int = 0
    label: str = ""
    number: str = ""


def read_webanno(
    lines: Iterable[Line], file: str, options: ReadOptions
) -> Iterator[TextRecord | Rejected]:
    """Read sentences from a file of WebAnno TSV 3.

    Types are the values of the layer of named entities, or of the only span layer there is beside
    those that never hold entities, or of the layer or feature that `options.tags_field` names.

    lines (Iterable[Line]): Lines of the file.
    file (str): Its name in messages.
    options (ReadOptions): The layer or feature, and whether it is read.
    YIELDS (TextRecord | Rejected): A record for each sentence; C105, C119, C146, C157.
    RAISES (InvalidRecord): C157 for a broken header, C162 if it does not say which layer to read.
    """
    columns: list[_Column] = []
    types: _Types | None = None
    block = _Block(1)
    in_header = True
    for line in lines:
        place = Place(file, line.number)
        if in_header:
            text = line.read(place)
            if text.startswith(LAYER):
                layer, *features = text.removeprefix(LAYER).split("|")
                columns += [_Column(layer, name) for name in features or [""]]
            elif text.startswith(OTHER_LAYERS):
                # A column for each of its features; a chain has its relation and its type.
                n_columns = max(text.count("|"), 2 if text.startswith(CHAINS) else 1)
                columns += [_Column(text, "")] * n_columns
            elif text and not text.startswith("#FORMAT="):
                in_header = False
                types = None if options.unlabelled else _choose(columns, options, place)
        if in_header:
            continue
        if line.is_blank:
            yield from _make_record(block, file, types)
            block = _Block(line.number + 1)
        else:
            block.lines.append(line)
    yield from _make_record(block, file, types)


def _choose(columns: Sequence[_Column], options: ReadOptions, place: Place) -> _Types:
    """Choose the column of the types among the columns of annotations."""
    wanted = options.tags_field
    spans = [c for c in columns if c.is_span]
    if wanted != TAGS_FIELD:
        found = [c for c in spans if wanted in (c.feature, c.layer, c.name)]
        found = [c for c in found if c.feature == "value"] or found
    else:
        found = [c for c in spans if c.layer.endswith(PREFERRED) and c.feature == "value"]
        found = found or [c for c in spans if c.layer.endswith(PREFERRED)]
        found = found or [c for c in spans if c.name not in NO_ENTITIES]
    if len(found) != 1:
        known = ", ".join(f"{c.name} {c.feature}" for c in spans) or "none"
        raise InvalidRecord(Errors.C162, place, found=known)
    chosen = found[0]
    # What stands in a slot says nothing of a feature, nor a feature of a slot.
    others = (
        number
        for number, c in enumerate(columns)
        if c.layer == chosen.layer and c != chosen and not c.is_slot and not chosen.is_slot
    )
    return _Types(columns.index(chosen), tuple(others))


def _make_record(block: _Block, file: str, types: _Types | None) -> Iterator[TextRecord | Rejected]:
    tokens: list[_Token] = []
    texts: list[str] = []
    place = Place(file, block.first)
    try:
        for line in block.lines:
            at = Place(file, line.number)
            text = line.read(at)
            if text.startswith(TEXT) and not tokens:
                texts.append(text.removeprefix(TEXT))
            elif not text.startswith("#"):
                place = at if not tokens else place
                tokens.append(_read_token(text.split("\t"), types, at, tokens))
        if tokens:
            if texts:
                _check_text(tokens, "\n".join(texts), file)
            yield _join(tokens, place, block.raw, labelled=types is not None)
    except InvalidRecord as error:
        yield Rejected(error, block.raw)


def _check_text(tokens: Sequence[_Token], text: str, file: str) -> None:
    """Check that the tokens stand in the text of their sentence where their offsets say: C157."""
    plain = ESCAPE.sub(lambda match: ESCAPED.get(match[1], match[1]), text)
    # Scripts that write the format leave backslashes as they are.
    if _find_misfit(tokens, text) is None or (misfit := _find_misfit(tokens, plain)) is None:
        return
    token, found = misfit
    reason = f"{TEXT} has {found!r} at {token.start}-{token.end}, not the token {token.text!r}"
    raise InvalidRecord(Errors.C157, Place(file, token.line), reason=reason)


def _find_misfit(tokens: Sequence[_Token], text: str) -> tuple[_Token, str] | None:
    """Give the first token that does not stand at its offsets, with what does."""
    units = text.encode("utf-16-le", "surrogatepass")
    # Offsets are those of the document, so they are counted from the first token on.
    before = text[: max(0, text.find(tokens[0].text))]
    base = tokens[0].start - len(before.encode("utf-16-le", "surrogatepass")) // 2
    for token in tokens:
        found = units[2 * (token.start - base) : 2 * (token.end - base)]
        if found != token.text.encode("utf-16-le"):
            return token, found.decode("utf-16-le", "replace")
    return None


def _read_token(
    cells: Sequence[str], types: _Types | None, place: Place, before: Sequence[_Token]
) -> _Token:
    if len(cells) < 3 or not TOKEN_ID.fullmatch(cells[0]):
        reason = "a line is not a token's number, its offsets and its text, with tabs between them"
        if re.fullmatch(r"[0-9]+-[0-9]+\.[0-9]+", cells[0]):
            reason = "an annotation covers a part of a token"
        raise InvalidRecord(Errors.C157, place, reason=reason)
    offsets = re.fullmatch(r"([0-9]{1,10})-([0-9]{1,10})", cells[1])
    word = cells[2]
    check_string(word, "a token", place, blank=True)
    start, end = map(int, offsets.groups()) if offsets else (0, -1)
    # Offsets are Java's, which count units of UTF-16.
    size = len(word.encode("utf-16-le")) // 2
    if end - start != size or (before and start < before[-1].end) or not word.strip(" "):
        reason = f"the offsets {cells[1]} do not fit the token {word!r}"
        raise InvalidRecord(Errors.C157, place, reason=reason)
    token = _Token(start, end, word, place.line)
    if types is None:
        return token
    if types.column + 3 >= len(cells):
        reason = f"{len(cells)} columns, but the header tells of more"
        raise InvalidRecord(Errors.C157, place, reason=reason)
    value = cells[types.column + 3]
    if value == "_":
        if any(n + 3 < len(cells) and cells[n + 3] not in ("_", "") for n in types.others):
            raise InvalidRecord(Errors.C157, place, reason="an entity has no type")
        return token
    if len(STACK.split(value)) > 1:
        raise InvalidRecord(Errors.C119, place, first=STACK.split(value)[0], second=value)
    match = VALUE.fullmatch(value)
    label, number = match.groups() if match else (value, None)
    label = re.sub(r"\\(.)", r"\1", label)
    if label in ("", "*"):
        raise InvalidRecord(Errors.C157, place, reason="an entity has no type")
    token.label, token.number = label, number or ""
    check_string(label, "the type", place)
    return token


def _join(tokens: Sequence[_Token], place: Place, raw: str, *, labelled: bool) -> TextRecord:
    text = ""
    spans: list[Span] = []
    numbers: set[str] = set()
    parts: list[tuple[str, bool]] = []
    previous = _Token(0, 0, "")
    for token, after in zip(tokens, [*tokens[1:], None], strict=True):
        space = after is not None and after.start > token.end
        start = len(text)
        text += token.text
        if token.label and token.number and token.number == previous.number:
            spans[-1] = Span(spans[-1].start, len(text), token.label)
        elif token.number and token.number in numbers:
            raise InvalidRecord(Errors.C156, place, label=token.label, told=token.text)
        elif token.label:
            spans.append(Span(start, len(text), token.label))
        numbers.add(token.number)
        text += " " if space else ""
        parts.append((token.text, space))
        previous = token
    check_string(text, "the sentence", place)
    return TextRecord(text, spans if labelled else None, place, raw, tokens=parts)
