"""A corpus that an older or a newer version wrote, given to a command that reads."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest

from archive.database import Migrations, open_database
from archive.errors import DatabaseUnusable, NewerSchema
from archive.folder import DataFolder
from extract.former_corpus import beside_lines, migrated
from extract.schema import corpus_migrations, open_corpus, open_corpus_to_read


def test_one_of_this_version_is_read_where_it_lies(tmp_path: Path) -> None:
    path = tmp_path / "corpus.20260101000000.db"
    open_corpus(path).close()
    assert migrated(path, forget=pytest.fail) == path


def test_an_older_one_is_read_in_a_copy(tmp_path: Path) -> None:
    path = tmp_path / "corpus.20260101000000.db"
    older = Migrations(corpus_migrations.name)
    for step in corpus_migrations._steps[: corpus_migrations.names.index("m007_requisites")]:
        older()(step)
    db = open_database(path, older)
    db["runs"].insert({"run": "r", "started_at": "s", "outcome": "complete", "counts": "{}"})
    db.execute("PRAGMA journal_mode = DELETE")
    db.close()
    octets = path.read_bytes()
    forgotten: list[Callable[[], Any]] = []
    copy = migrated(path, forget=forgotten.append)
    assert copy != path
    with closing(open_corpus_to_read(copy)) as read:
        assert read.execute("SELECT count(*) FROM requisites").fetchone()[0] == 0
        assert read.execute("SELECT run FROM runs").fetchone()[0] == "r"
    assert path.read_bytes() == octets
    for one in forgotten:
        one()
    assert not copy.exists()


def test_a_newer_one_and_what_is_none_are_refused(tmp_path: Path) -> None:
    path = tmp_path / "corpus.20260101000000.db"
    db = open_corpus(path)
    db.execute(
        "INSERT INTO _sqlite_migrations (migration_set, name, applied_at)"
        " VALUES ('nianbao.corpus', 'm999_new', '2030')"
    )
    db.conn.commit()
    db.close()
    with pytest.raises(NewerSchema, match="m999_new"):
        migrated(path, forget=pytest.fail)
    other = tmp_path / "no.db"
    other.write_bytes(b"no database at all " * 100)
    with pytest.raises(DatabaseUnusable):
        migrated(other, forget=pytest.fail)


def test_what_lies_beside_is_told(tmp_path: Path) -> None:
    folder = DataFolder(tmp_path)
    assert beside_lines(folder) == []
    folder.next_db.write_bytes(b"x")
    (tmp_path / "corpus.20260101000000.db").write_bytes(b"x")
    next_line, former = beside_lines(folder)
    assert "not finished" in next_line
    assert "until you remove it" in former
    folder.next_note.write_text("{}")
    assert "not taken" in beside_lines(folder)[0]
