from typing import Literal

import pytest

from spacy_concner.engines.settings import check_complete, read_settings
from spacy_concner.errors import ConcnerError


class Engine:
    def __init__(
        self,
        source: str,
        target: str,
        model: str,
        num_beams: int = 4,
        penalty: float = 1.0,
        limit: int | None = None,
        fast: bool = False,
        kind: Literal["a", "b"] = "a",
        words: list[str] = (),
    ):
        pass


def test_values_have_the_types_of_the_signature():
    options = [
        "model=5", "num-beams=2", "penalty=0.5", "limit=none", "fast=true", "kind=b",
        "words=x=y", "words=z",
    ]  # fmt: skip
    assert read_settings("e", Engine, options) == {
        "model": "5",
        "num_beams": 2,
        "penalty": 0.5,
        "limit": None,
        "fast": True,
        "kind": "b",
        "words": ["x=y", "z"],
    }


def test_functions_and_open_signatures():
    def make(source: str, target: str, wait: float, **settings):
        return settings

    assert read_settings("e", make, ["wait=2", "other=x"]) == {"wait": 2.0, "other": "x"}
    check_complete("e", make, {"wait": 2.0})
    with pytest.raises(ConcnerError, match="C243.*wait"):
        check_complete("e", make, {})


@pytest.mark.parametrize(
    "options, message",
    [
        (["beams=2"], "C240.*'beams'; its settings are: model, num_beams, penalty"),
        (["source=en"], "C240.*'source'"),
        (["num_beams=two"], "C241.*num_beams.*'two'.*integer"),
        (["kind=c"], "C241.*kind.*'a' or 'b'"),
        (["limit=x"], "C241.*limit"),
        (["num_beams"], "C242.*no '='"),
        (["=2"], "C242"),
        (["num_beams=1", "num_beams=2"], "C242.*more than once"),
    ],
)
def test_slips_are_told(options, message):
    with pytest.raises(ConcnerError, match=message):
        read_settings("e", Engine, options)


def test_missing_settings_are_told():
    with pytest.raises(ConcnerError, match="C243.*--option model="):
        check_complete("e", Engine, {"num_beams": 1})
