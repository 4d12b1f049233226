import pytest
import spacy

from spacy_concner.engines import retrying
from spacy_concner.engines.retrying import RetryingTranslator
from spacy_concner.errors import ConcnerError


class Flaky:
    source, target = "en", "de"

    def __init__(self, failures):
        self.failures = failures
        self.asked = 0

    def translate(self, texts):
        self.asked += 1
        if self.asked <= self.failures:
            raise ConnectionError("line is busy")
        return [text.upper() for text in texts]


@pytest.fixture
def waits(monkeypatch):
    waited = []
    monkeypatch.setattr(retrying.time, "sleep", waited.append)
    return waited


def test_failures_pass_with_growing_waits(waits):
    translator = RetryingTranslator(Flaky(3), retries=3, wait=0.5)
    assert (translator.source, translator.target) == ("en", "de")
    assert translator.translate(["one"]) == ["ONE"]
    assert waits == [0.5, 1, 2]


def test_the_last_failure_is_raised(waits):
    engine = Flaky(9)
    with pytest.raises(ConnectionError, match="line is busy"):
        RetryingTranslator(engine, retries=2).translate(["one"])
    assert engine.asked == 3


def test_settings_are_checked():
    with pytest.raises(ConcnerError, match="C241.*retries"):
        RetryingTranslator(Flaky(0), retries=-1)
    with pytest.raises(ConcnerError, match="C241.*wait"):
        RetryingTranslator(Flaky(0), wait=-1)


def test_engines_are_wrapped_in_a_config():
    import spacy_concner.engines.registry  # noqa: F401  (makes the registry)

    settings = {
        "@translators": "spacy-concner.RetryingTranslator.v1",
        "retries": 1,
        "translator": {
            "@translators": "spacy-concner.CommandTranslator.v1",
            "source": "en",
            "target": "de",
            "command": "tr a-z A-Z",
        },
    }
    translator = spacy.registry.resolve({"translator": settings})["translator"]
    assert translator.translate(["one"]) == ["ONE"]
