"""Where a package's licence comes from: the corpora that it was trained on, and its encoder (pure).

Each corpus states its own (`--sources`), and so does the record of the encoder. The package has
all of them; without a word about the corpora, it keeps what the pipeline says.
"""

from collections.abc import Mapping, Sequence
from typing import Any

UNKNOWN = "not stated"


def list_sources(
    corpora: Sequence[Mapping[str, str]], encoder: Mapping[str, Any] | None
) -> list[dict[str, str]]:
    """List what a pipeline was made from, for the field "sources" of `meta.json`.

    corpora (Sequence[Mapping[str, str]]): Name and license of each, author and url if known.
    encoder (Mapping[str, Any]): Contents of the encoder's `concner_encoder.json`.
    RETURNS (list[dict[str, str]]): Name, author, license and url of the corpora, then the encoder.
    """
    sources = [{"author": "", "url": "", **corpus} for corpus in corpora]
    if encoder:
        licence = encoder.get("licence") or UNKNOWN
        origin = encoder.get("origin") or ""
        sources.append({"name": encoder["source"], "author": "", "license": licence, "url": origin})
    return sources


def package_licence(
    corpora: Sequence[Mapping[str, str]], encoder: Mapping[str, Any] | None, before: str = ""
) -> str:
    """Give the licences of a package, for the field "license" of `meta.json`.

    corpora, encoder: As for `list_sources`.
    before (str): The licence that the pipeline states, which stays without any corpus: the
        encoder's alone says nothing about what was trained on.
    RETURNS (str): Licences in order of the alphabet, each once, with commas between them.
    """
    sources = list_sources(corpora, encoder)
    found = sorted({source.get("license") or UNKNOWN for source in sources})
    return ", ".join(found) if corpora else before
