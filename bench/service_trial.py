"""Shipped pipelines as services: memory over very many texts, and of a worker under load.

Both trials are functions that give a row, for a bench to call; each measures in a process of its
own, so that nothing else counts.

    python bench/service_trial.py texts PIPELINE --n-texts 1000000
    python bench/service_trial.py texts PIPELINE --n-texts 100000 --no-memory-zone
    python bench/service_trial.py texts PIPELINE --minutes 60
    python bench/service_trial.py requests PIPELINE
"""

import json
import os
import random
import re
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager, nullcontext, suppress
from itertools import islice
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any
from urllib.error import URLError
from urllib.request import Request, urlopen

import typer
from lean import lean_command, make_lean_site

BENCH = Path(__file__).resolve().parent
SERVICE = BENCH.parent / "docs" / "recipes" / "service.py"
# Made-up words of several scripts: Latin, Cyrillic, Greek, Hebrew, Devanagari, Hiragana.
SCRIPTS = (
    "aeioulnrstkmpő",
    "аеиоулнрстжщя",
    "αειουλνρστκ",
    "אבגדהוזחטי",
    "कखगघतदनमरल",
    "あいうえおかきくけこ",
)
MEGABYTE = 1e6


def unique_texts(n_texts: int, seed: int = 0) -> Iterator[str]:
    """Make short texts of words that do not come twice, but for chance.

    n_texts (int): How many.
    seed (int): Decides which.
    YIELDS (str): Two to six words of six to twelve letters of one script, half of the words
        capitalised where the script knows that.
    """
    draw = random.Random(seed)
    for _ in range(n_texts):
        letters = draw.choice(SCRIPTS)
        words = ("".join(draw.choices(letters, k=draw.randint(6, 12))) for _ in range(6))
        chosen = islice(words, draw.randint(2, 6))
        yield " ".join(w.capitalize() if draw.random() < 0.5 else w for w in chosen)


def run(
    pipeline: Path | str,
    n_texts: int = 1_000_000,
    *,
    minutes: float = 0,
    memory_zone: bool = True,
    warm_up: float = 0.1,
    every: float = 0.01,
    batch_size: int = 256,
    seed: int = 0,
) -> dict[str, Any]:
    """Measure the resident memory of a process that reads many unique texts, and its speed.

    pipeline (Path): The pipeline.
    n_texts (int): How many texts at most.
    minutes (float): How long at most; 0 for as long as it takes.
    memory_zone (bool): Whether each batch is read in a `memory_zone` of its own.
    warm_up (float): Share of the texts, or of the minutes, before memory counts.
    every (float): Share between two samples.
    batch_size (int): Texts of a batch.
    seed (int): Decides the texts.
    RETURNS (dict[str, Any]): The settings, `n_texts` as many as were read; `first_mb`, `last_mb`,
        `min_mb`, `max_mb` after the warm-up, `drift_percent` (the furthest from the first, with
        its sign) and `texts_per_second`.
    """
    settings = {
        "pipeline": str(Path(pipeline).resolve()),
        "n_texts": n_texts,
        "minutes": minutes,
        "memory_zone": memory_zone,
        "warm_up": warm_up,
        "every": every,
        "batch_size": batch_size,
        "seed": seed,
    }
    code = f"import json, sys\nsys.path.append({str(BENCH)!r})\nimport service_trial\n"
    code += f"print(json.dumps(service_trial.read_texts(**json.loads({json.dumps(settings)!r}))))"
    with started(code) as process:
        assert process.stdout is not None
        line = ""
        for line in process.stdout:
            print(line, end="", flush=True)
    if process.returncode:
        raise RuntimeError(f"The process ended with code {process.returncode}")
    return json.loads(line)


@contextmanager
def started(code: str, *packages: str, **environment: str) -> Iterator[subprocess.Popen[str]]:
    """Run code where only a shipped package is installed, and some others.

    code (str): Python code.
    packages (str): Other packages.
    environment (str): Variables of the process.
    YIELDS (Popen): The process, whose output can be read; it is ended in the end.
    """
    with TemporaryDirectory() as folder:
        command = lean_command(make_lean_site(Path(folder), *packages), code)
        with subprocess.Popen(
            [sys.executable, *command],
            stdout=subprocess.PIPE,
            text=True,
            env={**os.environ, **environment},
        ) as process:
            try:
                yield process
            except BaseException:
                process.kill()
                raise


def read_texts(
    pipeline: str,
    *,
    n_texts: int,
    minutes: float,
    memory_zone: bool,
    warm_up: float,
    every: float,
    batch_size: int,
    seed: int,
) -> dict[str, Any]:
    """Do what `run` says in this process."""
    import spacy

    nlp = spacy.load(pipeline)
    texts = unique_texts(n_texts, seed)
    samples: list[float] = []
    done = entities = 0
    share = 0.0
    begin = time.perf_counter()
    while share < 1 and (batch := list(islice(texts, batch_size))):
        with nlp.memory_zone() if memory_zone else nullcontext():
            entities += sum(len(doc.ents) for doc in nlp.pipe(batch))
        done += len(batch)
        seconds = time.perf_counter() - begin
        before, share = share, max(done / n_texts, seconds / (60 * minutes) if minutes else 0)
        if share // every > before // every or share >= 1:
            speed = done / seconds
            print(f"{done:9d} texts {resident():8.1f} MB {speed:8.0f} texts/s", flush=True)
            if share >= warm_up:
                samples.append(resident())
    first = samples[0]
    furthest = max(samples, key=lambda sample: abs(sample - first))
    return {
        "pipeline": Path(pipeline).name,
        "n_texts": done,
        "minutes": minutes,
        "memory_zone": memory_zone,
        "warm_up": warm_up,
        "batch_size": batch_size,
        "n_samples": len(samples),
        "first_mb": first,
        "last_mb": samples[-1],
        "min_mb": min(samples),
        "max_mb": max(samples),
        "drift_percent": 100 * (furthest - first) / first,
        "texts_per_second": done / (time.perf_counter() - begin),
        "entities": entities,
    }


def run_requests(
    pipeline: Path | str,
    n_requests: int = 4000,
    *,
    n_threads: int = 8,
    most_texts: int = 32,
    largest_every: int = 100,
    seed: int = 0,
) -> dict[str, Any]:
    """Measure the peak of the memory of one worker of the recipe's service under load.

    pipeline (Path): The pipeline.
    n_requests (int): Requests in all.
    n_threads (int): Clients that ask at once.
    most_texts (int): Most texts of a request.
    largest_every (int): Each of so many requests is one text of one-letter words, as long as
        the service takes.
    seed (int): Decides the texts.
    RETURNS (dict[str, Any]): The settings; `start_mb`, `last_mb` and `peak_mb` of the worker,
        `seconds`, `requests_per_second`, `texts_per_second`, and the slowest request,
        `slowest_s`, which had to wait for others.
    """
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    code = f"import sys\nsys.path.append({str(SERVICE.parent)!r})\nimport uvicorn\n"
    code += f"uvicorn.run('service:app', port={port}, log_level='warning')"
    address = f"http://127.0.0.1:{port}"
    place = str(Path(pipeline).resolve())
    with started(code, "fastapi", "uvicorn", CONCNER_PIPELINE=place) as worker:
        wait_until_it_answers(f"{address}/health", worker)
        start = resident(worker.pid)
        answers = ask(address, n_requests, n_threads, most_texts, largest_every, seed)
        last, peak = resident(worker.pid), resident(worker.pid, peak=True)
        worker.terminate()
    return {
        "pipeline": Path(pipeline).name,
        "n_requests": n_requests,
        "n_threads": n_threads,
        "most_texts": most_texts,
        "largest_every": largest_every,
        "start_mb": start,
        "last_mb": last,
        "peak_mb": peak,
        **answers,
    }


def wait_until_it_answers(address: str, worker: subprocess.Popen[str]) -> None:
    """Wait until the service has loaded its pipeline."""
    while worker.poll() is None:
        with suppress(URLError), urlopen(address, timeout=5):
            return
        time.sleep(0.2)
    raise RuntimeError(f"The service ended with code {worker.returncode}")


def ask(
    address: str, n_requests: int, n_threads: int, most_texts: int, largest_every: int, seed: int
) -> dict[str, Any]:
    """Send requests from several threads, and check that each text is answered."""
    # JSON around it takes some bytes.
    largest = "a " * ((find_most_bytes() - 100) // 2)
    draw = random.Random(seed)
    texts = unique_texts(n_requests * most_texts, seed)
    requests = (
        [largest]
        if number % largest_every == largest_every - 1
        else list(islice(texts, draw.randint(1, most_texts)))
        for number in range(n_requests)
    )
    begin = time.perf_counter()

    def send(batch: list[str]) -> tuple[int, float]:
        sent = time.perf_counter()
        body = json.dumps({"texts": batch}, ensure_ascii=False).encode()
        request = Request(f"{address}/entities", body, {"Content-Type": "application/json"})
        with urlopen(request, timeout=600) as answer:
            n_answers = len(json.load(answer))
        if n_answers != len(batch):
            raise RuntimeError(f"{n_answers} answers to {len(batch)} texts")
        return n_answers, time.perf_counter() - sent

    n_texts, slowest, done = 0, 0.0, 0
    with ThreadPoolExecutor(n_threads) as threads:
        while batches := list(islice(requests, 20 * n_threads)):
            for count, seconds in threads.map(send, batches):
                n_texts += count
                slowest = max(slowest, seconds)
            done += len(batches)
            print(f"{done:7d} requests {n_texts:9d} texts", flush=True)
    seconds = time.perf_counter() - begin
    return {
        "seconds": seconds,
        "requests_per_second": n_requests / seconds,
        "texts_per_second": n_texts / seconds,
        "slowest_s": slowest,
    }


def find_most_bytes() -> int:
    """Give the most bytes of a request, as the service says."""
    found = re.search(r"^MOST_BYTES = ([\d_]+)$", SERVICE.read_text("utf8"), re.M)
    assert found is not None
    return int(found[1])


def resident(process: int | str = "self", *, peak: bool = False) -> float:
    """Give the resident memory of a process in MB, as Linux tells it."""
    key = "VmHWM:" if peak else "VmRSS:"
    lines = Path(f"/proc/{process}/status").read_text().splitlines()
    return next(int(line.split()[1]) for line in lines if line.startswith(key)) * 1024 / MEGABYTE


app = typer.Typer(add_completion=False)


@app.command()
def texts(
    pipeline: Path, n_texts: int = 1_000_000, minutes: float = 0, memory_zone: bool = True
) -> None:
    """Measure memory over many unique texts; print a row of JSON."""
    print(json.dumps(run(pipeline, n_texts, minutes=minutes, memory_zone=memory_zone)))


@app.command()
def requests(pipeline: Path, n_requests: int = 4000, n_threads: int = 8) -> None:
    """Measure the memory of a worker under load; print a row of JSON."""
    print(json.dumps(run_requests(pipeline, n_requests, n_threads=n_threads)))


if __name__ == "__main__":
    app()
