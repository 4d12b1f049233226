import os
from pathlib import Path

import pytest

from spacy_concner.errors import ConcnerError
from spacy_concner.files import File, Folder, Store, check_in_place, is_doc_bin
from spacy_concner.folder_marker import MARKER, Marker, read_marker
from tests.files.claiming import is_rejects, make_folder, try_claim


def test_an_output_may_not_harm_an_input(tmp_path):
    source = tmp_path / "in.jsonl"
    source.write_text("{}")
    folder = tmp_path / "folder"
    folder.mkdir()
    (folder / "b.txt").write_text("b")
    (tmp_path / "symbolic.jsonl").symlink_to(source)
    os.link(source, tmp_path / "hard.jsonl")
    os.link(source, folder / "inside.jsonl")
    inputs = {"INPUT": source, "--keep-from": [folder], "PACKAGE": "xx_no_such_package"}
    for path, relation in (
        (source, "is INPUT"),
        (tmp_path / "folder" / ".." / "in.jsonl", "is INPUT"),
        (tmp_path / "symbolic.jsonl", "is, by a link, INPUT"),
        (tmp_path / "hard.jsonl", "is, by a link, INPUT"),
        (folder / "new.jsonl", "lies in --keep-from"),
        (folder, "is --keep-from"),
        (tmp_path, "holds INPUT"),
    ):
        for output in (File(path, is_rejects), Folder(path), Store(path)):
            with pytest.raises(ConcnerError, match="C407") as caught:
                try_claim(inputs=inputs, outputs={"OUTPUT": output}, force=True)
            assert relation in str(caught.value)
    inputs = {"--keep-from": folder}
    with pytest.raises(ConcnerError, match="a file of --keep-from"):
        try_claim(inputs=inputs, outputs={"OUTPUT": File(source, is_rejects)}, force=True)
    assert source.read_text() == "{}" and (folder / "b.txt").exists()
    try_claim(inputs={"INPUT": source}, outputs={"OUTPUT": File(tmp_path / "out.jsonl")})


def test_an_output_may_not_harm_another(tmp_path):
    out = tmp_path / "out"
    for other in (out, out / "rejects.jsonl", tmp_path):
        with pytest.raises(ConcnerError, match=r"C407.*OUTPUT"):
            rejects = File(other, is_rejects, disposable=True)
            try_claim(outputs={"OUTPUT": Folder(out), "--rejects": rejects})
    try_claim(outputs={"OUTPUT": Folder(out), "--rejects": None})


def test_of_several_outputs_the_last_alone_stops_a_rerun(tmp_path):
    folder, table = make_folder(tmp_path / "scores", "scores"), tmp_path / "scores.jsonl"
    first, last = Folder(folder, disposable=True), File(table, is_rejects)
    try_claim("scores", outputs={"OUTPUT": last, "folder": first})
    table.touch()
    with pytest.raises(ConcnerError, match=r"C128.*jsonl"):
        try_claim("scores", outputs={"OUTPUT": last, "folder": first})
    table.unlink()
    (folder / "mine.txt").touch()
    with pytest.raises(ConcnerError, match=r"C408.*mine\.txt"):
        try_claim("scores", outputs={"OUTPUT": last, "folder": first})
    # No verb may ask for more, and the tests of all verbs come by here.
    with pytest.raises(ValueError, match="rerun"):
        try_claim("scores", outputs={"OUTPUT": last, "folder": Folder(folder)})


def test_files_are_replaced_by_force_if_they_are_of_the_kind(tmp_path):
    path = tmp_path / "out.spacy"
    output = {"OUTPUT": File(path, is_doc_bin)}
    try_claim(outputs=output)
    path.write_text("mine")
    with pytest.raises(ConcnerError, match="C408"):
        try_claim(outputs=output, force=True)
    path.write_bytes(b"\x78\x9c")
    with pytest.raises(ConcnerError, match="C128"):
        try_claim(outputs=output)
    try_claim(outputs=output, force=True)
    try_claim(outputs={"OUTPUT": File(path, is_doc_bin, disposable=True)})
    with pytest.raises(ConcnerError, match="C408"):
        try_claim(outputs={"OUTPUT": File(path)}, force=True)
    with pytest.raises(ConcnerError, match="C129"):
        try_claim(outputs={"OUTPUT": File(tmp_path, is_doc_bin)}, force=True)


def test_json_lines_are_told_by_their_keys(tmp_path):
    path = tmp_path / "out.jsonl"
    output = {"--rejects": File(path, is_rejects, disposable=True)}
    for content in ('{"text": "mine"}\n', '{"text": "code"', "[1]", "reason"):
        path.write_text(content)
        with pytest.raises(ConcnerError, match="C408"):
            try_claim(outputs=output, force=True)
    for content in ('{"line": 1, "code": "C109"}\n{"text"', "", "\n"):
        path.write_text(content)
        try_claim(outputs=output)


def test_folders_are_replaced_by_force_if_the_verb_made_all_of_it(tmp_path):
    path = make_folder(tmp_path / "out")
    assert read_marker(path) == Marker("convert", [Path("inner/a.txt")])
    output = {"OUTPUT": Folder(path)}
    with pytest.raises(ConcnerError, match="C128"):
        try_claim(outputs=output)
    try_claim(outputs=output, force=True)
    with pytest.raises(ConcnerError, match=r"C408.*ship did not make"):
        try_claim("ship", outputs=output, force=True)
    (path / "inner" / "notes.txt").write_text("mine")
    with pytest.raises(ConcnerError, match=r"C408.*notes\.txt"):
        try_claim(outputs=output, force=True)
    (path / "inner" / "notes.txt").unlink()
    (path / MARKER).write_text("[]")
    with pytest.raises(ConcnerError, match="C408"):
        try_claim(outputs=output, force=True)
    (tmp_path / "empty").mkdir()
    try_claim(outputs={"OUTPUT": Folder(tmp_path / "empty")})
    (tmp_path / "file").write_text("")
    with pytest.raises(ConcnerError, match="C129"):
        try_claim(outputs={"OUTPUT": Folder(tmp_path / "file")}, force=True)
    with pytest.raises(ConcnerError, match=r"C129.*is no folder\. Name another place\."):
        try_claim(outputs={"OUTPUT": Folder(tmp_path / "file" / "below")})


def test_nothing_changes_in_place_without_force(tmp_path):
    check_in_place(tmp_path, True)
    for path, force in ((tmp_path, False), (Path("xx_package"), True)):
        with pytest.raises(ConcnerError, match="C513"):
            check_in_place(path, force)
