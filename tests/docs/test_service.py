"""The service of the recipe answers rightly, to many at once, and to all that is no question."""

import importlib.util
import json
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from threading import Barrier

import pytest
import spacy
from fastapi.testclient import TestClient

pytestmark = pytest.mark.slow

SERVICE = Path(__file__).parents[2] / "docs" / "recipes" / "service.py"
JSON = {"content-type": "application/json"}
ODD = [
    "",
    " ",
    "\n\t\u00a0",
    "👩‍👩‍👧 e\u0301a\u0308 ½ שלום 東京都に住む ﷺ",
    "Anna\u0000Berg",
    "x" * 10_000,
    "Anna Berg lives in Sofia. " * 300,
]


@pytest.fixture(scope="module")
def service():
    spec = importlib.util.spec_from_file_location("service", SERVICE)
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


@pytest.fixture(scope="module")
def client(service, shipped_folder):
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("CONCNER_PIPELINE", str(shipped_folder))
        with TestClient(service.app) as client:
            yield client


@pytest.fixture(scope="module")
def nlp(shipped_folder):
    return spacy.load(shipped_folder)


def ask(client, texts: list[str]) -> list:
    answer = client.post("/entities", json={"texts": texts})
    assert answer.status_code == 200, answer.text
    return answer.json()


def found(nlp, texts: list[str]) -> list:
    return [
        [
            {
                "text": e.text,
                "label": e.label_,
                "start": e.start_char,
                "end": e.end_char,
                "score": pytest.approx(e._.concner_score, abs=1e-5),
            }
            for e in doc.ents
        ]
        for doc in nlp.pipe(texts)
    ]


def test_health(client):
    assert client.get("/health").json() == {"status": "ok"}


def test_entities_with_labels_offsets_and_scores(client, nlp):
    texts = ["Anna Berg lives in Sofia.", "Nothing happened today."]
    answer = ask(client, texts)
    assert answer == found(nlp, texts)
    names = [(e["text"], e["label"], e["start"], e["end"]) for e in answer[0]]
    assert names == [("Anna Berg", "PER", 0, 9), ("Sofia", "LOC", 19, 24)]
    assert all(0.5 < e["score"] <= 1 for e in answer[0]) and answer[1] == []


def test_odd_texts(client, nlp):
    answer = ask(client, ODD)
    assert answer == found(nlp, ODD)
    assert answer[:3] == [[], [], []] and len(answer[-1]) >= 600
    assert ask(client, []) == []
    for text, entities in zip(ODD, answer, strict=True):
        assert all(text[e["start"] : e["end"]] == e["text"] for e in entities)


def test_half_a_character(client):
    answer = client.post("/entities", content=rb'{"texts": ["\ud83d Anna Berg"]}', headers=JSON)
    assert answer.status_code in (200, 422)
    assert answer.headers["content-type"] == "application/json"


def test_eight_threads_at_once(client, nlp):
    barrier = Barrier(8)

    def work(number: int) -> bool:
        texts = [f"Anna Berg met Paul{number}x{i} in Sofia." for i in range(20)]
        barrier.wait(60)
        return all(ask(client, texts) == expected[number] for _ in range(5))

    expected = [
        found(nlp, [f"Anna Berg met Paul{number}x{i} in Sofia." for i in range(20)])
        for number in range(8)
    ]
    before = len(client.app.state.nlp.vocab.strings)
    with ThreadPoolExecutor(8) as threads:
        assert all(threads.map(work, range(8)))
    assert len(client.app.state.nlp.vocab.strings) == before


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"{",
        b"\xff\xfe",
        b"null",
        b"[]",
        b"{}",
        b'{"texts": "Anna"}',
        b'{"texts": null}',
        b'{"texts": [1]}',
        b'{"texts": [null, "Anna"]}',
        b'{"texts": [["Anna"]]}',
        b'{"texts": {"\\ud83d": 1}}',
        json.dumps({"texts": ["a"] * 257}).encode(),
    ],
)
def test_what_is_no_list_of_texts_is_told(client, body):
    answer = client.post("/entities", content=body, headers=JSON)
    assert answer.status_code == 422
    assert all(set(problem) == {"type", "loc", "msg"} for problem in answer.json()["detail"])
    assert "Traceback" not in answer.text and len(answer.text) < 1000


@pytest.mark.parametrize("in_parts", [False, True])
def test_requests_that_are_too_long(client, service, in_parts):
    body = json.dumps({"texts": ["Anna Berg " * service.MOST_BYTES]}).encode()
    parts = (body[i : i + 1000] for i in range(0, len(body), 1000))
    answer = client.post("/entities", content=parts if in_parts else body, headers=JSON)
    assert answer.status_code == 413
    assert str(service.MOST_BYTES) in answer.json()["detail"]
    assert ask(client, ["Anna Berg"])[0]


def test_other_ways_to_ask(client):
    assert client.get("/entities").status_code == 405
    assert client.post("/entities", data={"texts": "Anna"}).status_code == 422
    assert client.get("/").status_code == 404
