"""What a worker keeps from shard to shard: not the words that it has read."""

import spacy

from spacy_concner.applying.formats import Layout
from spacy_concner.applying.pieces import Lines
from spacy_concner.applying.shards import Shard
from spacy_concner.applying.worker import Work, Worker
from spacy_concner.corpora.lines import Line
from spacy_concner.tagging import memory_zone


def test_the_index_of_words_stays_small_without_a_component_of_ours(tmp_path, monkeypatch):
    nlp = spacy.blank("xx")
    nlp.add_pipe("entity_ruler").add_patterns([{"label": "PER", "pattern": "Anna"}])
    nlp.to_disk(tmp_path / "rules")
    monkeypatch.setattr(memory_zone, "MOST_PLACES", 2**12)
    worker = Worker(Work(str(tmp_path / "rules"), tmp_path, Layout("jsonl"), "text", 0, 64, False))
    strings = worker._nlp.vocab.strings
    n_strings, largest = len(strings), 0
    for number in range(1, 21):
        lines = [Line(i, f"Anna sees word{number}x{i}".encode()) for i in range(1000)]
        note = worker(Shard(number, [Lines("in.txt", lines, is_json=False)], ""))
        assert note.entities == {"PER": 1000}
        largest = max(largest, strings._map.capacity)
    assert largest <= 2 * memory_zone.MOST_PLACES
    assert len(strings) <= n_strings + 10
