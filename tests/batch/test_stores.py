"""Object stores: a real S3 server on loopback, whose answers a proxy in front of it can spoil."""

from __future__ import annotations

import json
import threading
from collections import Counter
from collections.abc import Callable, Iterable, Iterator
from pathlib import Path
from typing import Any
from urllib.request import Request, urlopen

import pytest

from migrate.batch import remote, store
from migrate.batch.plan import task_of
from migrate.batch.run import plan_batch, run_batch
from migrate.findings import MigrationError
from migrate.formats.artifact import Format
from migrate.formats.checkpoint.reader import read_checkpoint
from migrate.formats.pairing import find_architecture
from tests.batch.support import calls, model, options, statuses
from tests.conftest import LEGACY_MODELS
from tests.scan.exploits import graph, node, saved_model

pytest.importorskip("s3fs", reason="needs the s3 extra")
moto_server = pytest.importorskip("moto.server", reason="needs moto's server")
serving = pytest.importorskip("werkzeug.serving")


class Spoiler:
    """Counts requests and fails those that a test asks for."""

    def __init__(self, application: Any) -> None:
        self.application = application
        self.seen: Counter[str] = Counter()
        self.forever = False
        self.fail: Callable[[str, str, int], bool] = lambda method, path, count: False

    def __call__(self, environ: dict[str, Any], start_response: Any) -> Iterable[bytes]:
        method, path = environ["REQUEST_METHOD"], environ["PATH_INFO"]
        key = f"{method} {path}"
        self.seen[key] += 1
        if self.fail(method, path, self.seen[key]):
            # clients repeat a 503 by themselves, a 403 not
            status, code = (
                ("403 Forbidden", "AccessDenied") if self.forever else ("503 Slow Down", "SlowDown")
            )
            body = f"<Error><Code>{code}</Code><Message>spoiled</Message></Error>".encode()
            start_response(status, [("Content-Type", "application/xml"), ("Content-Length", str(len(body)))])
            return [body]
        answer: Iterable[bytes] = self.application(environ, start_response)
        return answer


@pytest.fixture
def server(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Iterator[Spoiler]:
    spoiler = Spoiler(moto_server.DomainDispatcherApplication(moto_server.create_backend_app))
    httpd = serving.make_server("127.0.0.1", 0, spoiler, threaded=True)
    thread = threading.Thread(target=httpd.serve_forever, daemon=True)
    thread.start()
    monkeypatch.setenv("AWS_ENDPOINT_URL", f"http://127.0.0.1:{httpd.server_port}")
    monkeypatch.setenv("FSSPEC_S3_ENDPOINT_URL", f"http://127.0.0.1:{httpd.server_port}")
    reset = Request(f"http://127.0.0.1:{httpd.server_port}/moto-api/reset", method="POST")
    urlopen(reset).close()  # its buckets outlive the server object
    for name in ("AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY"):
        monkeypatch.setenv(name, "testing")
    monkeypatch.setenv("AWS_DEFAULT_REGION", "us-east-1")
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))
    monkeypatch.setattr(store, "FIRST_PAUSE", 0.01)
    import fsspec
    import s3fs

    s3fs.S3FileSystem.clear_instance_cache()
    fsspec.config.set_conf_env(fsspec.config.conf)
    yield spoiler
    httpd.shutdown()
    thread.join()
    httpd.server_close()
    fsspec.config.conf.pop("s3", None)
    s3fs.S3FileSystem.clear_instance_cache()


@pytest.fixture
def bucket(server: Spoiler) -> Any:
    import boto3

    client = boto3.client("s3")
    client.create_bucket(Bucket="models")
    client.create_bucket(Bucket="out")
    return client


def put(client: Any, path: Path, key: str) -> None:
    client.upload_file(str(path), "models", key)


def keys(client: Any, bucket: str) -> list[str]:
    return [entry["Key"] for entry in client.list_objects_v2(Bucket=bucket).get("Contents", [])]


def migrate(tmp_path: Path, out: str, *sources: str, **changes: Any) -> Any:
    return run_batch(list(sources), out, options(**changes))


def test_from_store_to_store(tmp_path: Path, bucket: Any) -> None:
    put(bucket, model(tmp_path / "a.h5"), "team/a.h5")
    put(bucket, model(tmp_path / "b"), "team/deep/b")
    folder = saved_model(tmp_path / "sm", graph(node("x", "Placeholder")))
    put(bucket, folder / "saved_model.pb", "team/sm/saved_model.pb")
    bucket.put_object(Bucket="models", Key="team/notes.txt", Body=b"words")
    report = migrate(tmp_path, "s3://out/results", "s3://models/team")
    assert statuses(report) == dict.fromkeys(("a.h5", "deep/b", "sm"), "migrated")
    written = keys(bucket, "out")
    assert {"results/a/model.keras", "results/a/migration.json", "results/deep/b/model.keras"} <= set(written)
    assert {"results/report.json", "results/.keras-migrate/ledger.sqlite"} <= set(written)
    body = bucket.get_object(Bucket="out", Key="results/a/model.keras")["Body"].read()
    assert body == (tmp_path / "a.h5").read_bytes()
    local = remote.state_folder("s3://out/results")
    assert [path for path in local.rglob("*") if path.name in ("model.keras", "migration.json")] == []


def test_a_second_run_fetches_nothing_and_a_lost_driver_goes_on(
    tmp_path: Path, bucket: Any, server: Spoiler
) -> None:
    put(bucket, model(tmp_path / "a.h5"), "a.h5")
    migrate(tmp_path, "s3://out", "s3://models/a.h5")
    log = remote.state_folder("s3://out").parent / "calls.log"
    assert log.read_text().split() == ["a.h5"]
    import shutil

    shutil.rmtree(remote.state_folder("s3://out"))  # another machine
    server.seen.clear()
    report = migrate(tmp_path, "s3://out", "s3://models/a.h5")
    assert statuses(report) == {"a.h5": "migrated"}
    assert log.read_text().split() == ["a.h5"]
    put(bucket, model(tmp_path / "a.h5", "new content"), "a.h5")
    migrate(tmp_path, "s3://out", "s3://models/a.h5")
    assert log.read_text().split() == ["a.h5", "a.h5"]


def test_a_throttled_read_is_tried_again(tmp_path: Path, bucket: Any, server: Spoiler) -> None:
    put(bucket, model(tmp_path / "a.h5"), "a.h5")
    server.fail = lambda method, path, count: method == "GET" and path.endswith("/a.h5") and count in (2, 3)
    report = migrate(tmp_path, str(tmp_path / "out"), "s3://models/a.h5")
    assert statuses(report) == {"a.h5": "migrated"}
    assert server.seen["GET /models/a.h5"] >= 4


def test_a_read_that_never_works_is_one_artifacts_failure(
    tmp_path: Path, bucket: Any, server: Spoiler, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(store, "TRIES", 2)
    put(bucket, model(tmp_path / "a.h5"), "a.h5")
    put(bucket, model(tmp_path / "b.h5"), "b.h5")
    plan = plan_batch(["s3://models"], tmp_path / "out", options())
    assert [one.candidate.source for one in plan] == ["a.h5", "b.h5"]
    seen_by_plan = server.seen["GET /models/a.h5"]
    server.forever = True
    server.fail = lambda method, path, count: (
        method == "GET" and path.endswith("/a.h5") and count > 2 * seen_by_plan
    )
    report = migrate(tmp_path, str(tmp_path / "out"), "s3://models")
    assert statuses(report) == {"a.h5": "failed", "b.h5": "migrated"}
    assert report.artifacts[0].findings[0].code == "RUN018"
    server.fail = lambda method, path, count: False
    report = migrate(tmp_path, str(tmp_path / "out"), "s3://models")
    assert statuses(report) == {"a.h5": "migrated", "b.h5": "migrated"}
    assert calls(tmp_path / "out") == ["b.h5", "a.h5"]


def test_a_failed_upload_is_told_and_made_good(
    tmp_path: Path, bucket: Any, server: Spoiler, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(store, "TRIES", 2)
    put(bucket, model(tmp_path / "a.h5"), "a.h5")
    put(bucket, model(tmp_path / "b.h5"), "b.h5")
    server.forever = True
    server.fail = lambda method, path, count: method == "PUT" and path.startswith("/out/a/")
    report = migrate(tmp_path, "s3://out", "s3://models")
    assert statuses(report) == {"a.h5": "failed", "b.h5": "migrated"}
    assert report.artifacts[0].findings[0].code == "RUN017"
    assert not any(key.startswith("a/") for key in keys(bucket, "out"))
    server.fail = lambda method, path, count: False
    report = migrate(tmp_path, "s3://out", "s3://models")
    assert statuses(report) == {"a.h5": "migrated", "b.h5": "migrated"}
    assert {"a/model.keras", "a/migration.json"} <= set(keys(bucket, "out"))


def test_an_upload_that_works_at_last(tmp_path: Path, bucket: Any, server: Spoiler) -> None:
    put(bucket, model(tmp_path / "a.h5"), "a.h5")
    server.fail = lambda method, path, count: method == "PUT" and path == "/out/a/model.keras" and count < 3
    assert statuses(migrate(tmp_path, "s3://out", "s3://models/a.h5")) == {"a.h5": "migrated"}
    assert json.loads(bucket.get_object(Bucket="out", Key="a/migration.json")["Body"].read())["schema"] == 1


def test_a_multipart_file(tmp_path: Path, bucket: Any) -> None:
    from boto3.s3.transfer import TransferConfig

    path = model(tmp_path / "multi.h5")
    with path.open("ab") as file:
        file.write(bytes(range(256)) * (12 << 12))
    parts = TransferConfig(multipart_threshold=5 << 20, multipart_chunksize=5 << 20)
    bucket.upload_file(str(path), "models", "multi.h5", Config=parts)
    assert "-" in bucket.head_object(Bucket="models", Key="multi.h5")["ETag"]
    report = migrate(tmp_path, str(tmp_path / "out"), "s3://models/multi.h5")
    assert statuses(report) == {"multi.h5": "migrated"}
    assert (tmp_path / "out" / "multi" / "model.keras").read_bytes() == path.read_bytes()


def test_companions_come_along(tmp_path: Path, bucket: Any) -> None:
    put(bucket, model(tmp_path / "a.h5"), "x/a.h5")
    bucket.put_object(Bucket="models", Key="x/a.golden.npz", Body=b"PK\x05\x06" + bytes(18))
    bucket.put_object(Bucket="models", Key="y/a.golden.npz", Body=b"other")
    (found,) = remote.discover_remote("s3://models/x")
    assert found.companions == ("s3://models/x/a.golden.npz",)


def test_a_checkpoint_is_fetched_with_all_its_parts(tmp_path: Path, bucket: Any) -> None:
    for file in (LEGACY_MODELS / "tf.keras-2.8" / "checkpoint_weights").iterdir():
        put(bucket, file, f"x/{file.name}")
    (found,) = remote.discover_remote("s3://models/x")
    assert found.candidate.source == "model.ckpt.index"
    assert found.candidate.format is Format.CHECKPOINT
    assert {url.rpartition("/")[2] for url in found.companions} == {
        "model.ckpt.data-00000-of-00001",
        "model.golden.npz",
        "model.json",
    }
    (planned,) = plan_batch(["s3://models/x"], tmp_path / "out", options())
    with remote.fetched(task_of(planned, tmp_path / "out", "1", force=False), tmp_path / "scratch") as local:
        assert read_checkpoint(local.path).arrays()
        assert find_architecture(local.path) == local.path.with_name("model.json")
    assert not local.path.exists()


def test_the_saved_model_beside_a_checkpoint_is_fetched_with_it(tmp_path: Path, bucket: Any) -> None:
    case = LEGACY_MODELS / "tf.keras-2.8" / "checkpoint_beside"
    for file in (path for path in case.rglob("*") if path.is_file()):
        put(bucket, file, f"x/{file.relative_to(case).as_posix()}")

    def token() -> str:
        found = {one.candidate.source: one for one in remote.discover_remote("s3://models/x")}
        assert found["model.ckpt.index"].companions[-1].endswith("/x/saved_model")
        return found["model.ckpt.index"].token

    before = token()
    planned = {
        one.candidate.source: one for one in plan_batch(["s3://models/x"], tmp_path / "out", options())
    }
    task = task_of(planned["model.ckpt.index"], tmp_path / "out", "1", force=False)
    with remote.fetched(task, tmp_path / "scratch") as local:
        assert find_architecture(local.path) == local.path.with_name("saved_model")
    bucket.put_object(Bucket="models", Key="x/saved_model/keras_metadata.pb", Body=b"another")
    assert token() != before


def test_addresses_that_lead_nowhere(tmp_path: Path, server: Spoiler, bucket: Any) -> None:
    with pytest.raises(MigrationError) as caught:
        migrate(tmp_path, str(tmp_path / "out"), "s3://models/nothing")
    assert caught.value.code == "RUN013"
    with pytest.raises(MigrationError) as caught:
        migrate(tmp_path, str(tmp_path / "out"), "nosuchprotocol://x")
    assert caught.value.code == "RUN018"


def test_without_credentials_one_sentence_says_so(
    tmp_path: Path, bucket: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    import s3fs

    for name in ("AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY"):
        monkeypatch.delenv(name)
    monkeypatch.setenv("AWS_EC2_METADATA_DISABLED", "true")
    monkeypatch.setenv("HOME", str(tmp_path))
    s3fs.S3FileSystem.clear_instance_cache()
    with pytest.raises(MigrationError, match="redentials") as caught:
        migrate(tmp_path, str(tmp_path / "out"), "s3://models/team")
    assert caught.value.code == "RUN018"


def test_an_endpoint_that_is_not_there_is_one_sentence(
    tmp_path: Path, bucket: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    import fsspec
    import s3fs

    monkeypatch.setenv("FSSPEC_S3_ENDPOINT_URL", "http://127.0.0.1:9")
    monkeypatch.setenv("AWS_ENDPOINT_URL", "http://127.0.0.1:9")
    monkeypatch.setenv("AWS_MAX_ATTEMPTS", "1")
    fsspec.config.set_conf_env(fsspec.config.conf)
    s3fs.S3FileSystem.clear_instance_cache()
    with pytest.raises(MigrationError, match=r"127\.0\.0\.1:9") as caught:
        migrate(tmp_path, str(tmp_path / "out"), "s3://models/team")
    assert caught.value.code == "RUN018"


def test_a_misspelt_bucket_is_not_created(tmp_path: Path, bucket: Any) -> None:
    put(bucket, model(tmp_path / "a.h5"), "a.h5")
    with pytest.raises(MigrationError, match="no bucket 'uot'") as caught:
        migrate(tmp_path, "s3://uot/results", "s3://models/a.h5")
    assert caught.value.code == "RUN013"
    assert {entry["Name"] for entry in bucket.list_buckets()["Buckets"]} == {"models", "out"}
