"""Messages show what was found as a reader would write it."""

from collections import Counter

from spacy_concner.errors import Errors, Warnings


def test_no_code_is_given_twice():
    rooms = [room for table in (Errors, Warnings) for room in table.__mro__[1:-1]]
    codes = Counter(name for room in rooms for name in vars(room) if name[1:].isdecimal())
    assert len(rooms) > 15 and [code for code, n in codes.items() if n > 1] == []


def test_lists_are_filled_in_without_signs_of_python():
    told = Errors.C404.format(weights=[0.5, 1], n_teachers=3)
    assert told.startswith("[C404] Weights 0.5, 1 do not fit 3 teacher(s).")
    assert "Types found: none." in Errors.C168.format(labels=("PER", "X"), found=[])
    assert "--labels PER, X," in Errors.C168.format(labels=("PER", "X"), found=[])
    assert '{"de"' in Errors.C410.format(path="a", error="b")
