from spacy_concner.corpora.rejects import Rejects
from spacy_concner.files import claim


def test_the_file_is_there_before_what_is_made_of_the_rest(tmp_path):
    path = tmp_path / "out.rejects.jsonl"

    def keep(rejects, numbers):
        for number in numbers:
            if number % 2:
                rejects.add({"reason": "odd", "number": number})
            else:
                yield number

    with Rejects(path) as rejects:
        kept = rejects.before_the_end_of(keep(rejects, [1, 2, 3, 4]))
        assert next(kept) == 2 and not path.exists()
        assert list(kept) == [4]
        assert path.read_text("utf8").count("odd") == 2
    # A run that leaves out nothing removes the file of the run before, as early.
    with Rejects(path) as rejects:
        assert list(rejects.before_the_end_of(keep(rejects, [2]))) == [2]
        assert not path.exists()
    with claim("convert", inputs={}, outputs={"--rejects": rejects.output}):
        assert list(tmp_path.iterdir()) == []
