"""A server on this machine that speaks S3, and what it holds."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from spacy_concner.remote import list_tree, locate, read_bytes

BUCKET = "corpus"


@contextmanager
def serve() -> Iterator[dict[str, str]]:
    """Run a server with an empty bucket.

    YIELDS (dict[str, str]): Environment by which libraries and processes find it.
    """
    import boto3
    from moto.server import ThreadedMotoServer

    server = ThreadedMotoServer("127.0.0.1", port=0, verbose=False)
    server.start()
    try:
        host, port = server.get_host_and_port()
        keys = {"AWS_ACCESS_KEY_ID": "key", "AWS_SECRET_ACCESS_KEY": "secret"}
        environment = {
            "AWS_ENDPOINT_URL": f"http://{host}:{port}",
            "AWS_DEFAULT_REGION": "us-east-1",
            "AWS_EC2_METADATA_DISABLED": "true",
            **keys,
        }
        client = boto3.client(
            "s3",
            endpoint_url=environment["AWS_ENDPOINT_URL"],
            region_name="us-east-1",
            aws_access_key_id="key",
            aws_secret_access_key="secret",
        )
        client.create_bucket(Bucket=BUCKET)
        yield environment
    finally:
        server.stop()


def upload(folder: Path, url: str) -> str:
    """Copy a folder to a store.

    folder (Path): The folder.
    url (str): Where to.
    RETURNS (str): The same.
    """
    target: Any = locate(url)
    for file in list_tree(folder):
        (target / file.relative_to(folder).as_posix()).write_bytes(file.read_bytes())
    return url


def content(place: str | Path) -> dict[str, bytes]:
    """Give what files a folder of the disk or of a store holds, by name."""
    folder = locate(place)
    return {file.relative_to(folder).as_posix(): read_bytes(file) for file in list_tree(folder)}
