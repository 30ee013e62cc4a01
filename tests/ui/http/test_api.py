"""The HTTP service: its responses to valid and to invalid requests."""

import io
import json
import logging
import shutil
import threading
import zipfile
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest
from fastapi.testclient import TestClient

from index import Document, DocumentIndex, DocumentNotFoundError, Embedder, IndexView, build, rebuild
from index.stores.folder.writer import locked
from tests.support.waiting import wait_until
from ui.server import assemble
from ui.service import logs
from ui.service.service import Service
from ui.service.uploads import Uploads
from ui.settings import load_settings
from ui.web import chat

ROOT = Path(__file__).parents[3]
FERRY = "# Ferry\n\nThe ferry to Föhr leaves Dagebüll at a quarter past nine.\n"


def _client(**flags: object) -> TestClient:
    app = assemble(Service.of(load_settings(flags)))
    return TestClient(app, base_url="http://127.0.0.1:7860", raise_server_exceptions=False)


def _form(disposition: bytes) -> bytes:
    return b"--x\r\nContent-Disposition: form-data; " + disposition + b"\r\n\r\nwords\r\n--x--\r\n"


@pytest.fixture(scope="module")
def client(seed_index: Path) -> TestClient:
    """A client of a service over the index of seeds; no test changes that index."""
    return _client(index=seed_index)


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A folder of one document."""
    notes = tmp_path / "notes"
    notes.mkdir()
    (notes / "ferry.md").write_text(FERRY)
    return notes


@pytest.fixture
def library(folder: Path, tmp_path: Path) -> TestClient:
    """A client of a service over an index of its own."""
    build([folder], tmp_path / "index")
    return _client(index=tmp_path / "index", upload_megabytes=1)


def test_an_answer_is_a_verbatim_span_of_its_document(client: TestClient):
    answered = client.post("/v1/answer", json={"question": "What rocket was used?"}).json()
    assert answered["found"]
    place = answered["citations"][0]
    stretch = {"start": place["start"], "end": place["end"]}
    text = client.get(f"/v1/documents/{place['document_id']}/text", params=stretch).json()
    assert text["text"] == answered["text"] == place["quote"]


def test_a_refusal_is_an_answer_without_text(client: TestClient):
    answered = client.post("/v1/answer", json={"question": "Who won the 2022 World Cup?"})
    assert answered.status_code == 200
    assert (answered.json()["found"], answered.json()["citations"]) == (False, [])


def test_a_search_is_narrowed_by_filters(client: TestClient):
    def found(**filters: object) -> int:
        return len(client.post("/v1/search", json={"question": "rocket", "filters": filters}).json()["hits"])

    assert found(after="2025-04") > 0
    assert found(before="2025-04-07") == 0
    assert found(path="*.pdf") == 0
    path = client.get("/v1/documents").json()["documents"][0]["path"]
    assert found(documents=["another.txt", path]) > 0
    assert found(documents=["another.txt"]) == 0


def test_a_search_is_ranked_by_the_reader_on_request(client: TestClient):
    question = {"question": "What rocket was used?"}
    hits = client.post("/v1/search", json=question | {"rerank": True, "k": 3}).json()["hits"]
    answered = client.post("/v1/answer", json=question).json()
    assert answered["text"] in hits[0]["chunk"]["text"]
    assert [hit["score"] for hit in hits] == sorted((hit["score"] for hit in hits), reverse=True)


def test_documents_are_listed_in_pages(client: TestClient):
    listed = client.get("/v1/documents").json()
    assert (listed["total"], len(listed["documents"]), listed["failures"]) == (1, 1, [])
    assert client.get("/v1/documents", params={"offset": 1}).json()["documents"] == []
    document = listed["documents"][0]
    assert client.get(f"/v1/documents/{document['id']}").json() == document


@pytest.mark.parametrize(
    ("request_of", "status"),
    [
        (lambda client: client.post("/v1/answer", json={"question": ""}), 422),
        (lambda client: client.post("/v1/answer", json={"question": " \x00 "}), 422),
        (lambda client: client.post("/v1/search", json={"question": " \x00 "}), 422),
        (lambda client: client.post("/v1/answer", json={"question": "x" * 2001}), 422),
        (lambda client: client.post("/v1/answer", json={"question": "Why?", "colour": "red"}), 422),
        (lambda client: client.post("/v1/answer", content=b'{"question": "\\ud800"}'), 422),
        (lambda client: client.post("/v1/answer", content=b"\xff\xfe"), 422),
        (lambda client: client.post("/v1/answer", content=b"[" * 60_000), 422),
        (lambda client: client.post("/v1/search", json={"question": "x", "filters": {"after": "yesterday"}}), 422),
        (lambda client: client.get("/v1/documents/999"), 404),
        (lambda client: client.get(f"/v1/documents/{2**70}"), 422),
        (lambda client: client.get("/v1/nothing"), 404),
        (lambda client: client.get("/nothing"), 404),
        (lambda client: client.post("/healthz"), 405),
        (lambda client: client.get("/gradio_api/file=/etc/passwd"), 404),
        (lambda client: client.post("/gradio_api/queue/join", content=b"{" + b" " * 70_000 + b"}"), 413),
        (lambda client: client.delete("/v1/answer"), 405),
        (lambda client: client.post("/v1/answer", json={"question": "x", "filters": {"path": "y" * 70_000}}), 413),
        (lambda client: client.delete("/v1/documents/1"), 409),
    ],
)  # fmt: skip
def test_every_error_is_a_problem_with_a_reason(client: TestClient, request_of: Callable, status: int):
    answered = request_of(client)
    assert answered.status_code == status
    assert answered.headers["content-type"] == "application/problem+json"
    assert answered.json()["status"] == status
    assert answered.json()["detail"]
    assert "Traceback" not in answered.text


def test_a_missing_index_is_a_conflict_that_says_what_to_do(tmp_path: Path):
    client = _client(index=tmp_path / "none")
    assert client.get("/healthz").status_code == 200
    answered = client.post("/v1/answer", json={"question": "Why?"})
    assert answered.status_code == 409
    assert "quoth index" in answered.json()["detail"]
    unready = client.get("/readyz")
    assert unready.status_code == 503
    assert str(tmp_path) not in unready.text
    assert "quoth_index_revision NaN" in client.get("/metrics").text


def test_it_is_not_ready_before_the_models_are_loaded_and_says_so_at_once(
    seed_index: Path, monkeypatch: pytest.MonkeyPatch
):
    loading = threading.Event()
    load = Embedder.load
    monkeypatch.setattr(Embedder, "load", lambda embedder: (loading.wait(120), load(embedder)))
    client = _client(index=seed_index)
    for _ in range(3):
        refused = client.get("/readyz")
        assert (refused.status_code, refused.headers["retry-after"]) == (503, "1")
        assert "not open yet" in refused.json()["detail"]
    loading.set()
    wait_until(lambda: client.get("/readyz").status_code == 200, "the service to be ready")


def test_a_deleted_index_is_noticed_and_its_replacement_is_used(folder: Path, tmp_path: Path):
    build([folder], tmp_path / "index")
    client = _client(index=tmp_path / "index")
    assert client.get("/v1/documents").json()["total"] == 1
    shutil.rmtree(tmp_path / "index")
    assert client.get("/v1/documents").status_code == 409
    assert client.get("/readyz").status_code == 503
    (folder / "bus.md").write_text("# Bus\n\nThe bus to Niebüll waits at the harbour.\n")
    build([folder], tmp_path / "index")
    assert client.get("/v1/documents").json()["total"] == 2
    wait_until(lambda: client.get("/readyz").status_code == 200, "the service to be ready")


def test_commits_and_rebuilds_of_another_writer_are_used_without_a_restart(
    library: TestClient, folder: Path, tmp_path: Path
):
    def answer() -> str:
        return library.post("/v1/answer", json={"question": "Where does the bus to Niebüll wait?"}).json()["text"]

    assert answer() == ""
    for act, place in ((build, "harbour"), (rebuild, "town hall")):
        (folder / "bus.md").write_text(f"# Bus\n\nThe bus to Niebüll waits at the {place}, next to the lighthouse.\n")
        act([], tmp_path / "index")
        assert place in answer()


def test_readiness_and_metrics_are_reported(client: TestClient):
    assert client.get("/healthz").json() == {"status": "ok"}
    client.post("/v1/answer", json={"question": "What rocket was used?"})
    assert client.get("/readyz").json()["revision"] > 0
    client.post("/v1/answer", json={"question": "What rocket was used?"})
    counted = client.get("/metrics").text
    assert 'quoth_answers_total{outcome="found"}' in counted
    assert 'quoth_stage_seconds_bucket{le="0.5",stage="read"}' in counted
    assert "quoth_index_revision" in counted


def test_a_document_is_uploaded_asked_replaced_and_removed(library: TestClient):
    def hand_in(text: str) -> dict:
        return library.post("/v1/documents", files={"file": ("bus.txt", text.encode())}).json()

    def answer() -> str:
        return library.post("/v1/answer", json={"question": "Where does the bus to Niebüll wait?"}).json()["text"]

    handed_in = hand_in("The bus to Niebüll waits at the harbour, next to the lighthouse.")
    assert "harbour" in answer()
    hand_in("The bus to Niebüll waits at the town hall, next to the fountain.")
    assert "town hall" in answer()
    assert library.get("/v1/documents").json()["total"] == 2
    identifier = next(d["id"] for d in library.get("/v1/documents").json()["documents"] if d["path"] == "bus.txt")
    assert handed_in["path"] == "bus.txt"
    assert library.delete(f"/v1/documents/{identifier}").status_code == 204
    assert library.get("/v1/documents").json()["total"] == 1


@pytest.mark.parametrize(
    "name", ["../../escape.txt", "..\\..\\escape.txt", "/etc/escape.txt", "deep/er/escape.txt"]
)  # fmt: skip
def test_a_path_in_an_upload_name_does_not_leave_the_folder(library: TestClient, name: str, tmp_path: Path):
    before = {path for path in tmp_path.rglob("*") if "index" not in path.parts}
    handed_in = library.post("/v1/documents", files={"file": (name, b"Nothing leaves the folder of uploads.")})
    assert handed_in.json()["path"] == "escape.txt"
    assert library.get(handed_in.headers["location"]).json() == handed_in.json()
    assert (tmp_path / "index" / "uploads" / "escape.txt").exists()
    assert {path for path in tmp_path.rglob("*") if "index" not in path.parts} == before


@pytest.mark.parametrize(
    ("name", "content", "reason"),
    [
        ("program.exe", b"MZ", "files of type .exe cannot be read"),
        ("noending", b"text", "files of type unknown"),
        (".hidden.txt", b"text", "hidden"),
        ("x" * 200 + ".txt", b"text", "too long"),
        ("empty.txt", b"", "empty"),
        ("broken.pdf", b"%PDF-1.4 nothing more", "broken.pdf"),
        pytest.param("deep.json", b"[" * 500_000, "nested too deeply", id="deep JSON"),
        pytest.param("deep.html", b"<div>" * 100_000 + b"end", "deep.html", id="deep HTML"),
    ],
)
def test_a_file_that_cannot_be_indexed_is_refused_with_the_reason(
    library: TestClient, name: str, content: bytes, reason: str
):
    refused = library.post("/v1/documents", files={"file": (name, content)})
    assert refused.status_code == 422
    assert reason in refused.json()["detail"]
    assert library.get("/v1/documents").json()["total"] == 1


def test_an_upload_that_is_too_large_is_refused_and_leaves_nothing(library: TestClient, tmp_path: Path):
    for size, status in ((1_000_001, 422), (3_000_000, 413)):  # counted as it is kept; the whole request is too large
        refused = library.post("/v1/documents", files={"file": ("large.txt", b"x" * size)})
        assert refused.status_code == status
        assert refused.headers["content-type"] == "application/problem+json"
    uploads = tmp_path / "index" / "uploads"
    assert not uploads.exists() or list(uploads.iterdir()) == []


def test_a_file_that_expands_when_it_is_opened_is_refused(library: TestClient):
    bomb = io.BytesIO()
    with zipfile.ZipFile(bomb, "w", zipfile.ZIP_DEFLATED, compresslevel=1) as archive:
        archive.writestr("[Content_Types].xml", "<Types/>")
        with archive.open("word/document.xml", "w", force_zip64=True) as document:
            for _ in range(600):
                document.write(b" " * 1_000_000)
    assert len(bomb.getvalue()) < 10_000_000
    small = assemble(Service.of(load_settings({"index": library.app.state.service.settings.index})))
    client = TestClient(small, base_url="http://127.0.0.1:7860")
    refused = client.post("/v1/documents", files={"file": ("bomb.docx", bomb.getvalue())})
    assert refused.status_code == 422
    assert refused.json()["detail"] == "bomb.docx: larger than 500 MB when unpacked"


def test_gradios_own_upload_route_is_closed(tmp_path: Path):
    client = _client(index=tmp_path / "none")
    assert client.post("/gradio_api/upload", files={"files": ("a.txt", b"words")}).status_code == 404


@pytest.mark.parametrize(
    ("content_type", "content", "status"),
    [
        ("multipart/form-data", b"garbage", 400),
        ("multipart/form-data; boundary=x", b"garbage", 400),
        (
            "multipart/form-data; boundary=x",
            b'--x\r\nContent-Disposition: form-data; name="file"; filename="a.txt"',
            422,
        ),
        ("multipart/form-data; boundary=x", _form(b'name="file"'), 422),
        ("multipart/form-data; boundary=x", _form(b'name="other"; filename="a.txt"'), 422),
        ("multipart/form-data; boundary=x", _form(b'name="file"; filename=""'), 422),
        ("multipart/form-data; boundary=x", _form(b'name="file"; filename="a\x00.txt"'), 422),
        ("multipart/form-data; boundary=x", _form(b'name="file"; filename="\xff\xfe.txt\x07"'), 422),
        ("application/json", b'{"file": "a.txt"}', 422),
    ],
)
def test_a_malformed_upload_is_refused(library: TestClient, content_type: str, content: bytes, status: int):
    refused = library.post("/v1/documents", content=content, headers={"Content-Type": content_type})
    assert refused.status_code == status
    assert refused.headers["content-type"] == "application/problem+json"
    assert library.get("/v1/documents").json()["total"] == 1


def _bus(library: TestClient, text: str) -> int:
    return library.post("/v1/documents", files={"file": ("bus.txt", text.encode())}).status_code


def test_an_unreadable_file_does_not_replace_a_good_one_of_its_name(library: TestClient):
    assert _bus(library, "The bus waits at the harbour.") == 201
    assert _bus(library, "") == 422
    listed = library.get("/v1/documents").json()
    assert (listed["total"], listed["failures"]) == (2, [])
    bus = next(d for d in listed["documents"] if d["path"] == "bus.txt")
    assert "harbour" in library.get(f"/v1/documents/{bus['id']}/text").json()["text"]


def test_uploads_and_removals_are_refused_while_another_process_writes(library: TestClient, tmp_path: Path):
    uploads = tmp_path / "index" / "uploads"
    assert _bus(library, "The bus waits at the harbour.") == 201
    bus = next(d for d in library.get("/v1/documents").json()["documents"] if d["path"] == "bus.txt")
    with locked(tmp_path / "index"):
        assert _bus(library, "The bus waits at the town hall.") == 409
        assert library.post("/v1/documents", files={"file": ("train.txt", b"The train is late.")}).status_code == 409
        assert library.delete(f"/v1/documents/{bus['id']}").status_code == 409
        assert list(_events(library.post("/v1/rebuild").text))[-1][0] == "failed"
    assert [file.name for file in uploads.iterdir()] == ["bus.txt"]
    assert "harbour" in (uploads / "bus.txt").read_text()
    assert library.delete(f"/v1/documents/{bus['id']}").status_code == 204
    assert list(uploads.iterdir()) == []


def test_partial_files_of_a_killed_service_are_deleted_unless_another_is_running(tmp_path: Path):
    uploads = Uploads(tmp_path, most_bytes=1000)
    uploads.clear()  # there is no folder yet
    uploads.store("bus.txt", io.BytesIO(b"The bus waits."), uploads.folder)
    with uploads.lock():
        left = uploads.folder / ".0123456789abcdef.part"
        left.write_text("half a fi")
        Uploads(tmp_path, most_bytes=1000).clear()
        assert left.exists()
    uploads.clear()
    assert [file.name for file in uploads.folder.iterdir()] == ["bus.txt"]


def test_two_uploads_of_the_same_name_at_once_do_not_mix(library: TestClient, tmp_path: Path):
    with ThreadPoolExecutor(2) as people:
        texts = ("The bus waits at the harbour.", "The bus waits at the town hall.")
        statuses = list(people.map(lambda text: _bus(library, text), texts))
    assert set(statuses) <= {201, 409}
    assert 201 in statuses
    bus = next(d for d in library.get("/v1/documents").json()["documents"] if d["path"] == "bus.txt")
    kept = (tmp_path / "index" / "uploads" / "bus.txt").read_text()
    assert library.get(f"/v1/documents/{bus['id']}/text").json()["text"].strip() == kept


def test_a_question_is_answered_when_a_document_is_removed_meanwhile(
    library: TestClient, monkeypatch: pytest.MonkeyPatch
):
    read = IndexView.document

    def removed_once(view: IndexView, document_id: int) -> Document:
        monkeypatch.setattr(IndexView, "document", read)
        raise DocumentNotFoundError(f"there is no document {document_id}")

    monkeypatch.setattr(IndexView, "document", removed_once)
    answered = library.post("/v1/answer", json={"question": "When does the ferry to Föhr leave?"})
    assert answered.status_code == 200
    assert IndexView.document is read
    assert {passage["path"] for passage in answered.json()["passages"]} == {"ferry.md"}


def test_a_document_removed_before_it_is_read_is_not_found(client: TestClient, monkeypatch: pytest.MonkeyPatch):
    def gone(_: DocumentIndex, document_id: int) -> str:
        raise DocumentNotFoundError(f"there is no document {document_id}")

    monkeypatch.setattr(DocumentIndex, "text", gone)
    assert client.get("/v1/documents/1/text").status_code == 404


def test_an_unexpected_error_is_a_problem_and_a_line_of_the_log_with_its_request(
    client: TestClient, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
):
    def broken(_: DocumentIndex) -> list:
        logging.getLogger("quoth.test").error("id %s", logs._request_id.get())
        raise RuntimeError("something nobody thought of")

    monkeypatch.setattr(DocumentIndex, "documents", broken)
    answered = client.get("/v1/documents", headers={"X-Request-ID": "broken-1"})
    assert (answered.status_code, answered.headers["x-request-id"]) == (500, "broken-1")
    assert answered.headers["content-type"] == "application/problem+json"
    assert "nobody" not in answered.text
    failed = [record for record in caplog.records if record.message == "a request failed"]
    assert len(failed) == 1
    assert "nobody" in logs.JsonLines().format(failed[0])


def test_the_page_too_rejects_questions_when_its_queue_is_full(client: TestClient):
    asked = {"data": ["Why?", ""], "fn_index": 0, "session_hash": "crowd"}  # nobody takes them: nothing has started
    joined = [client.post("/gradio_api/queue/join", json=asked).status_code for _ in range(chat.WAITING + 1)]
    assert set(joined[:-1]) == {200}
    assert joined[-1] == 503


def test_no_path_reaches_files_outside_the_service(client: TestClient):
    name = Path(__file__).name
    for way in (
        "/static/quoth/{}",
        "/gradio_api/file={}",
        "/v1/documents/{}",
        "/gradio_api/static/{}",
        "/ui/source/{}",
    ):
        for up in ("../" * 8, "..%2f" * 8, "%2e%2e/" * 8, "..\\" * 8, "%252e%252e%252f" * 8, ""):
            for target in (
                f"{up}etc/passwd",
                f"{up}{ROOT.name}/tests/ui/http/{name}",
                str(Path(__file__)),
                "a%00/../b",
            ):
                answered = client.get(way.format(target))
                assert answered.status_code in {400, 403, 404, 422}, (way, target)
                assert "root:" not in answered.text


def _events(text: str) -> Iterator[tuple[str, dict]]:
    for block in text.strip().split("\n\n"):
        fields = dict(line.split(": ", 1) for line in block.splitlines() if not line.startswith(":"))
        if fields:
            yield fields["event"], json.loads(fields["data"])


def test_a_rebuild_is_planned_then_reports_every_step(library: TestClient, folder: Path):
    (folder / "bus.md").write_text("# Bus\n\nThe bus to Niebüll waits at the harbour.\n")
    assert library.post("/v1/plan").json()["plan"]["added"] == ["bus.md"]
    assert library.get("/v1/documents").json()["total"] == 1
    events = list(_events(library.post("/v1/rebuild").text))
    assert {name for name, _ in events[:-1]} == {"progress"}
    assert events[-1][0] == "done"
    assert events[-1][1]["documents"] == 2
    assert library.get("/v1/documents").json()["total"] == 2


def test_the_published_openapi_file_is_the_one_of_the_code(client: TestClient):
    published = json.loads((ROOT / "ui" / "openapi.json").read_text())
    assert client.get("/openapi.json").json() == published, "run `quoth openapi > ui/openapi.json`"


def test_a_rebuild_of_an_unmounted_folder_needs_to_be_told_that_documents_may_go(library: TestClient, folder: Path):
    for file in folder.iterdir():
        file.unlink()
    refused = library.post("/v1/rebuild")
    assert (refused.status_code, refused.json()["type"]) == (409, "urn:quoth:Deletions")
    assert library.post("/v1/rebuild", json={"allow_deletions": False}).status_code == 409
    assert library.post("/v1/rebuild", json={"allow_deletion": True}).status_code == 422
    assert library.get("/v1/documents").json()["total"] == 1
    assert library.post("/v1/plan").json()["plan"]["mass_deletions"][0]["deleted"] == 1
    assert "event: done" in library.post("/v1/rebuild", json={"allow_deletions": True}).text
    assert library.get("/v1/documents").json()["total"] == 0


@pytest.mark.parametrize(
    "path", ["/ui/source/{}", "/ui/source/{}/pages/1", "/v1/documents/{}", "/v1/documents/{}/text"]
)
@pytest.mark.parametrize("number", ["1" + "0" * 25, "-1", "9" * 4000, "x", "1.5", "0x10", "٣" * 30])
def test_a_number_of_no_document_is_refused_and_is_no_fault_of_the_server(client: TestClient, path: str, number: str):
    assert client.get(path.format(number)).status_code in (404, 422)


def test_a_quote_is_verified_or_the_nearest_words_are_given(client: TestClient):
    quote = "The Russian Soyuz 2.1a rocket blasted off"
    checked = client.post("/v1/verify-quote", json={"quote": quote}).json()
    assert (checked["verbatim"], checked["places"][0]["text"], checked["differences"]) == (True, quote, [])
    changed = client.post("/v1/verify-quote", json={"quote": quote.replace("2.1a", "2.1b")}).json()
    assert (changed["verbatim"], changed["nearest"]["text"]) == (False, quote)
    assert [(one["quoted"], one["found"]) for one in changed["differences"]] == [("2.1b", "2.1a")]
    assert client.post("/v1/verify-quote", json={"quote": "“…”"}).status_code == 422
