"""The benches' figures: differences and tables."""

import numpy as np
import pytest
from methods import AS_CONFIGURED, STUDENTS, TEACHERS, TITLES
from tables import (
    Difference,
    cell,
    f1_of_sums,
    paired_difference,
    write_between,
)


def test_tables_stand_between_their_marks(tmp_path):
    page = tmp_path / "page.md"
    page.write_text("before\n", encoding="utf8")
    write_between(page, "accuracy", "scores", ["old"])
    write_between(page, "accuracy", "others", ["kept"])
    page.write_text(page.read_text("utf8") + "after\n", encoding="utf8")
    write_between(page, "accuracy", "scores", ["| new |"])
    text = page.read_text("utf8")
    assert text.startswith("before\n") and text.endswith("after\n")
    assert "old" not in text and text.count("| new |") == 1 and "kept" in text


def test_cells_show_the_deviation_of_seeds():
    assert [cell([]), cell([61.04]), cell([60.0, 62.0])] == ["", "61.0", "61.0 ± 1.4"]


def test_f1_of_counts():
    np.testing.assert_allclose(
        f1_of_sums(np.array([[1, 1, 1], [0, 0, 0], [2, 0, 0]])), [50, 0, 100]
    )


def test_paired_differences():
    random = np.random.default_rng(0)
    missed = random.integers(0, 2, size=(2, 200))
    theirs = [np.stack([1 - m, m, m], axis=1) for m in missed]
    ours = [rows.copy() for rows in theirs]
    assert paired_difference(ours, theirs, 50) == Difference(0, 0, 0)
    for rows in ours:
        rows[:100] = [1, 0, 0]
    found = paired_difference(ours, theirs, 200)
    expected = np.mean(
        [f1_of_sums(a.sum(0)) - f1_of_sums(b.sum(0)) for a, b in zip(ours, theirs, strict=True)]
    )
    assert found.difference == pytest.approx(expected)
    assert 10 < found.low < found.difference < found.high < 40


def test_methods_name_what_there_is():
    assert len(TITLES) == len(set(TITLES.values()))
    assert set(TITLES) == {*TEACHERS, *STUDENTS, *AS_CONFIGURED}
    assert {*AS_CONFIGURED.values()} <= {*TEACHERS, *STUDENTS}
    for name, student in STUDENTS.items():
        known = {*TEACHERS, *list(STUDENTS)[: list(STUDENTS).index(name)], "sources"}
        assert set(student.teachers) <= known
        assert student.start is None or student.start in known
    for teacher in TEACHERS.values():
        if teacher.start is not None:
            before = [TEACHERS[name] for name in STUDENTS[teacher.start].teachers]
            assert all(other.start is None for other in before)


def test_the_recipe_is_the_package_s():
    assert STUDENTS["three_teachers"].teachers == ("direct", "translate_train", "concner")
    assert STUDENTS["three_teachers"].start == "concner"
    assert TEACHERS["concner_parallel"].start == "three_teachers"
    assert STUDENTS["parallel_student"].teachers == ("three_teachers", "concner_parallel")
    third = STUDENTS["third_round"]
    assert set(third.teachers) == {*STUDENTS["parallel_student"].teachers, "parallel_student"}
    assert third.start == "parallel_student"
