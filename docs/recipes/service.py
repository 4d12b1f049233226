"""A service that finds entities in texts.

CONCNER_PIPELINE=xx_concner_bg uvicorn service:app --app-dir docs/recipes
"""

import asyncio
import os
from collections.abc import AsyncIterator, Awaitable, Callable
from concurrent.futures import ThreadPoolExecutor
from contextlib import asynccontextmanager
from typing import Annotated, Any

import spacy
from fastapi import FastAPI, HTTPException, Request
from fastapi.exceptions import RequestValidationError
from fastapi.responses import JSONResponse
from pydantic import BaseModel, Field
from spacy.language import Language

MOST_TEXTS = 256
# A token may be one character, and takes some kilobytes while it is read.
MOST_BYTES = 32_000
BATCH_SIZE = 64

Receive = Callable[[], Awaitable[dict[str, Any]]]


class Texts(BaseModel):
    """What is asked."""

    texts: Annotated[list[str], Field(max_length=MOST_TEXTS)]


class Entity(BaseModel):
    """An entity: `text[start:end]` counts characters, as Python does."""

    text: str
    label: str
    start: int
    end: int
    score: float | None


class BoundedBody:
    """Refuse a request as soon as its body is longer than MOST_BYTES, before it is kept."""

    def __init__(self, app: Any) -> None:
        """Take the application that gets the other requests."""
        self.app = app

    async def __call__(self, scope: dict[str, Any], receive: Receive, send: Any) -> None:
        """Pass a request on, and count what it brings."""
        size = 0

        async def bounded() -> dict[str, Any]:
            nonlocal size
            message = await receive()
            size += len(message.get("body", b""))
            if size > MOST_BYTES:
                raise HTTPException(413, f"The request has more than {MOST_BYTES} bytes.")
            return message

        await self.app(scope, bounded, send)


@asynccontextmanager
async def lifespan(app: FastAPI) -> AsyncIterator[None]:
    """Load the pipeline once, and let it read a text: the first takes longest."""
    nlp = spacy.load(os.environ["CONCNER_PIPELINE"])
    nlp("Ready?")
    app.state.nlp = nlp
    # One thread reads all: spaCy has one memory zone a vocabulary, and each thread that
    # takes much memory keeps some of it.
    with ThreadPoolExecutor(1) as reader:
        app.state.reader = reader
        yield


app = FastAPI(title="Entities", lifespan=lifespan)
app.add_middleware(BoundedBody)


@app.exception_handler(RequestValidationError)
def refuse(request: Request, error: RequestValidationError) -> JSONResponse:
    """Say what is wrong without the input, which may be long or no text at all."""
    detail = [{key: e[key] for key in ("type", "loc", "msg")} for e in error.errors()]
    return JSONResponse({"detail": detail}, status_code=422)


@app.get("/health")
async def health() -> dict[str, str]:
    """Tell that the pipeline is loaded; this answers under load, too."""
    return {"status": "ok"}


@app.post("/entities")
async def find_entities(request: Request, asked: Texts) -> list[list[Entity]]:
    """Find the entities of each text, in the order of the texts; requests take turns."""
    state = request.app.state
    loop = asyncio.get_running_loop()
    return await loop.run_in_executor(state.reader, read, state.nlp, asked.texts)


def read(nlp: Language, texts: list[str]) -> list[list[Entity]]:
    """Read texts in a memory zone, out of which nothing of spaCy's leads."""
    with nlp.memory_zone():
        return [
            [
                Entity(
                    text=entity.text,
                    label=entity.label_,
                    start=entity.start_char,
                    end=entity.end_char,
                    score=entity._.concner_score,
                )
                for entity in doc.ents
            ]
            for doc in nlp.pipe(texts, batch_size=BATCH_SIZE)
        ]
