"""Which word pieces stay: a tokenizer.json in, a smaller tokenizer.json out (pure).

What is kept beside the pieces that must be: all special tokens, every piece of one
character so that unseen words can still be spelled, and for BPE the pieces on the way
from characters to the others.
"""

import copy
from collections.abc import Iterator, Sequence
from itertools import islice
from typing import Any

from ..errors import ConcnerError, Errors


def select_pieces(settings: dict[str, Any], used: set[int], keep_top: int = 0) -> list[int]:
    """Choose the pieces to keep.

    settings (dict[str, Any]): Content of a tokenizer.json.
    used (set[int]): Ids of pieces that must be kept.
    keep_top (int): Further pieces to keep, in the order of the vocabulary.
    RETURNS (list[int]): Ids in the order of the cut vocabulary: pieces of the model in
        their order, then added tokens that the model does not hold.
    RAISES (ConcnerError): C304 if the tokenizer is not Unigram, WordPiece or BPE.
    """
    model = settings["model"]
    vocabulary = model_pieces(settings)
    ids = {piece: id_ for id_, piece in vocabulary.items()}
    added = added_tokens(settings)
    kept = {id_ for id_ in used if id_ in vocabulary}
    kept.update(id_ for id_ in added if id_ in vocabulary)
    kept.update(_special_ids(settings.get("post_processor")) & vocabulary.keys())
    if model.get("unk_token") in ids:
        kept.add(ids[model["unk_token"]])
    prefix = model.get("continuing_subword_prefix") or ""
    suffix = model.get("end_of_word_suffix") or ""
    for id_, piece in vocabulary.items():
        if len(piece.removeprefix(prefix).removesuffix(suffix)) <= 1:
            kept.add(id_)
        elif model.get("byte_fallback") and piece.startswith("<0x") and piece.endswith(">"):
            kept.add(id_)
    if model["type"] == "Unigram":
        if model.get("unk_id") is not None:
            kept.add(model["unk_id"])
        # An unknown character costs a little more than the rarest piece of all.
        scores = [score for _, score in model["vocab"]]
        kept.add(min(range(len(scores)), key=scores.__getitem__))
    kept = _close_merges(model, kept)
    further = (id_ for id_ in sorted(vocabulary) if id_ not in kept)
    kept = _close_merges(model, kept | set(islice(further, keep_top)))
    return sorted(kept) + sorted(id_ for id_ in added if id_ not in vocabulary)


def cut_settings(settings: dict[str, Any], kept: Sequence[int]) -> dict[str, Any]:
    """Rewrite a tokenizer.json for a smaller vocabulary.

    settings (dict[str, Any]): Content of the tokenizer.json; unchanged.
    kept (Sequence[int]): Old ids in the order of the new ones.
    RETURNS (dict[str, Any]): Content of the new tokenizer.json.
    """
    new_ids = {old: new for new, old in enumerate(kept)}
    vocabulary = model_pieces(settings)
    cut = {key: copy.deepcopy(value) for key, value in settings.items() if key != "model"}
    old_model = settings["model"]
    model = {key: value for key, value in old_model.items() if key not in ("vocab", "merges")}
    if model["type"] == "Unigram":
        model["vocab"] = [old_model["vocab"][old] for old in kept if old in vocabulary]
        if model.get("unk_id") is not None:
            model["unk_id"] = new_ids[model["unk_id"]]
    else:
        model["vocab"] = {vocabulary[old]: new_ids[old] for old in kept if old in vocabulary}
    if model["type"] == "BPE":
        model["merges"] = [
            merge
            for merge, (left, right, whole) in zip(
                old_model["merges"], _merges(old_model), strict=True
            )
            if {left, right, whole} <= model["vocab"].keys()
        ]
    # Whoever calls a tokenizer chooses these anew; padding would hold an old id.
    cut |= {"model": model, "truncation": None, "padding": None}
    for token in cut["added_tokens"]:
        token["id"] = new_ids[token["id"]]
    for processor in _processors(cut.get("post_processor")):
        for end in ("sep", "cls"):
            if end in processor:
                processor[end][1] = new_ids[processor[end][1]]
        for token in processor.get("special_tokens", {}).values():
            token["ids"] = [new_ids[old] for old in token["ids"]]
    return cut


def model_pieces(settings: dict[str, Any]) -> dict[int, str]:
    """Give the pieces that a tokenizer's model holds.

    settings (dict[str, Any]): Content of a tokenizer.json.
    RETURNS (dict[int, str]): Pieces by id.
    RAISES (ConcnerError): C304 if the tokenizer is not Unigram, WordPiece or BPE.
    """
    model = settings["model"]
    if model["type"] == "Unigram":
        return {id_: piece for id_, (piece, _) in enumerate(model["vocab"])}
    if model["type"] in ("WordPiece", "BPE"):
        return {id_: piece for piece, id_ in model["vocab"].items()}
    raise ConcnerError(Errors.C304.format(reason=f"its tokenizer is {model['type']!r}."))


def added_tokens(settings: dict[str, Any]) -> dict[int, str]:
    """Give the tokens that were added to a tokenizer, whether its model holds them or not.

    settings (dict[str, Any]): Content of a tokenizer.json.
    RETURNS (dict[int, str]): Tokens by id.
    """
    return {token["id"]: token["content"] for token in settings["added_tokens"]}


def _processors(processor: dict[str, Any] | None) -> Iterator[dict[str, Any]]:
    """Walk through nested post-processors: each may hold ids of special tokens."""
    if processor:
        yield processor
        for inner in processor.get("processors", ()):
            yield from _processors(inner)


def _special_ids(processor: dict[str, Any] | None) -> set[int]:
    ids: set[int] = set()
    for part in _processors(processor):
        ids.update(part[end][1] for end in ("sep", "cls") if end in part)
        for token in part.get("special_tokens", {}).values():
            ids.update(token["ids"])
    return ids


def _merges(model: dict[str, Any]) -> list[tuple[str, str, str]]:
    """Give each merge of a BPE model as its two parts and the piece they make."""
    prefix = model.get("continuing_subword_prefix") or ""
    merges = []
    for merge in model["merges"]:
        # Tokenizers before 0.20 wrote a merge as one string.
        left, right = merge.split(" ") if isinstance(merge, str) else merge
        merges.append((left, right, left + right.removeprefix(prefix)))
    return merges


def _close_merges(model: dict[str, Any], kept: set[int]) -> set[int]:
    """Add all pieces on the way from characters to the pieces that are kept."""
    if model["type"] != "BPE":
        return kept
    ids = model["vocab"]
    parts: dict[int, list[int]] = {}
    for left, right, whole in _merges(model):
        parts.setdefault(ids[whole], []).extend((ids[left], ids[right]))
    closed: set[int] = set()
    waiting = list(kept)
    while waiting:
        piece = waiting.pop()
        if piece not in closed:
            closed.add(piece)
            waiting.extend(parts.get(piece, ()))
    return closed
