"""Readers on content that stands in the test."""

import json
from io import BytesIO

from spacy_concner.corpora.formats.conll import read_conll
from spacy_concner.corpora.formats.csv_files import read_csv
from spacy_concner.corpora.formats.json_files import read_json
from spacy_concner.corpora.formats.plain_text import read_text
from spacy_concner.corpora.formats.webanno import read_webanno
from spacy_concner.corpora.lines import read_lines
from spacy_concner.corpora.read_options import ReadOptions
from spacy_concner.corpora.records import Rejected
from spacy_concner.corpora.tag_schemes import SCHEME_ALIASES


def as_bytes(content):
    return content if isinstance(content, bytes) else content.encode("utf8")


def make_options(settings):
    if "scheme" in settings:
        settings["scheme"] = SCHEME_ALIASES.get(settings["scheme"], settings["scheme"])
    return ReadOptions(**settings)


def by_lines(reader, file, content, settings):
    options = make_options(settings)
    lines = read_lines(BytesIO(as_bytes(content)), file, options.encoding)
    return list(reader(lines, file, options))


def conll(content, **settings):
    return by_lines(read_conll, "file.tsv", content, settings)


def text(content, **settings):
    return by_lines(read_text, "file.txt", content, settings)


def webanno(content, **settings):
    return by_lines(read_webanno, "file.tsv", content, settings)


def json_file(content, **settings):
    return list(read_json(BytesIO(as_bytes(content)), "file.json", make_options(settings)))


def jsonl(*objects, **settings):
    lines = (o if isinstance(o, str) else json.dumps(o) for o in objects)
    return json_file("\n".join(lines), **settings)


def csv(content, **settings):
    return list(read_csv(BytesIO(as_bytes(content)), "file.csv", make_options(settings)))


def sentences(records):
    return [(record.words, record.tags) for record in records]


def spanned(records):
    return [(record.text, record.spans) for record in records]


def refusal(item):
    """Give code and line of a broken record."""
    assert isinstance(item, Rejected)
    assert str(item.error).startswith(f"[{item.error.code}] {item.error.place}")
    return item.error.code, item.error.place.line
