"""An event's evidence as it leaves the site: what the export holds, that it checks itself, and when it is refused."""

import asyncio
import base64
import hashlib
import io
import json
import shutil
import subprocess
import sys
import warnings
import zipfile
from collections.abc import Callable
from dataclasses import replace
from datetime import datetime
from pathlib import Path
from typing import Any, get_args

import av
import cv2
import numpy as np
import numpy.typing as npt
import pymupdf
import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from sqlalchemy import text
from typer.testing import CliRunner

import dashboards
from service.cli import app
from service.evidence.export import Order, verifier, wording
from service.evidence.export.verifier import CONTEXT, written
from service.evidence.journal import proof
from service.evidence.manifest import file_entry, write_manifest
from service.evidence.redaction import LIMIT, detail
from service.evidence.signing import SiteKey
from service.exporting import EvidenceGone, hand_out
from service.rules.duty import Duty
from service.storage import Database, JournalQueries, VerdictQueries
from service.storage.keeping import KeepingQueries
from service.storage.verdicts import Judged
from tests.fixtures.command import zaigang
from tests.fixtures.exports import CLERK, GUEST, SIZE, ExportSite, export_site
from tests.fixtures.site import played_site
from vision.errors import BadInput
from vision.streamtime import SECOND

ORDER = Order("张三", "申诉复核", datetime.fromisoformat("2026-01-06T10:30:00+08:00"))


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> ExportSite:
    return asyncio.run(export_site(tmp_path_factory.mktemp("site") / "data"))


@pytest.fixture(scope="module")
def archive(site: ExportSite, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The ZIP as the command makes it."""
    target = tmp_path_factory.mktemp("export") / "handed.zip"
    arguments = ("--by", "张三", "--why", "申诉复核", "--out", target, "--config", site.config)
    zaigang("evidence", "export", site.event.id, *arguments)
    return target


@pytest.fixture
def unpacked(archive: Path, tmp_path: Path) -> Path:
    with zipfile.ZipFile(archive) as file:
        file.extractall(tmp_path / "export")  # our own
    return tmp_path / "export"


def checked(what: Path, *more: str, code: int = 0, script: Path | None = None) -> str:
    """What the verifier says, run as whoever receives the export runs it: by a bare Python."""
    if script is None:
        script = what.parent / f"{what.stem}-verify.py"
        with zipfile.ZipFile(what) if what.is_file() else _Bare(what) as export:
            script.write_bytes(export.read("verify.py"))
    command = [sys.executable, "-I", "-S", str(script), str(what), *more]
    done = subprocess.run(command, capture_output=True, encoding="utf-8", timeout=60, check=False)
    assert done.returncode == code, done.stdout + done.stderr
    return done.stdout


class _Bare:
    def __init__(self, folder: Path) -> None:
        self._folder = folder

    def __enter__(self) -> "_Bare":
        return self

    def __exit__(self, *_: object) -> None:
        return None

    def read(self, name: str) -> bytes:
        return (self._folder / name).read_bytes()


def said(export: Path, name: str) -> dict[str, Any]:
    content: dict[str, Any] = json.loads((export / name).read_bytes())
    return content


def test_export_holds_everything_and_checks_itself(archive: Path, site: ExportSite) -> None:
    with zipfile.ZipFile(archive) as file:
        names = set(file.namelist())

    assert names == {
        *("clip.mp4", "begin.jpg", "satisfied.jpg", "end.jpg", "sheet.pdf"),
        *("event.json", "journal.json", "export.json", "export.sig", "verify.py", "README.txt"),
    }
    assert f"Key: {site.key.fingerprint}" in checked(archive)
    assert "Whole" in checked(archive, "--key", site.key.fingerprint)


def test_unpacked_export_is_checked_from_its_own_folder(unpacked: Path) -> None:
    done = subprocess.run(
        [sys.executable, "-I", "-S", str(unpacked / "verify.py")], capture_output=True, encoding="utf-8", check=False
    )

    assert done.returncode == 0, done.stdout
    assert "no proof" not in done.stdout


def test_one_byte_anywhere_is_named(unpacked: Path, archive: Path, tmp_path: Path) -> None:
    trusted = tmp_path / "verify.py"
    shutil.copy(unpacked / "verify.py", trusted)
    rng = np.random.default_rng(1)
    for file in sorted(unpacked.iterdir()):
        whole = file.read_bytes()
        changed = bytearray(whole)
        changed[rng.integers(len(changed))] ^= 1 << int(rng.integers(8))
        file.write_bytes(changed)

        assert f"{file.name}: " in checked(unpacked, code=1, script=trusted), file.name

        file.write_bytes(whole)
    assert "Whole" in checked(unpacked, script=trusted)


def test_damaged_archive_names_the_file(archive: Path, unpacked: Path, tmp_path: Path) -> None:
    damaged = tmp_path / "damaged.zip"
    content = bytearray(archive.read_bytes())
    with zipfile.ZipFile(archive) as file:
        place = file.getinfo("clip.mp4").header_offset + 200
    content[place] ^= 1
    damaged.write_bytes(content)

    assert "clip.mp4: is missing or cannot be read" in checked(damaged, code=1, script=unpacked / "verify.py")


def test_file_that_is_in_the_archive_twice_is_named(archive: Path, unpacked: Path, tmp_path: Path) -> None:
    doubled = tmp_path / "doubled.zip"
    with zipfile.ZipFile(archive) as given, zipfile.ZipFile(doubled, "w") as file, warnings.catch_warnings():
        warnings.simplefilter("ignore")  # zipfile knows that it is strange
        file.writestr("clip.mp4", b"what another program shows")
        for one in given.infolist():
            file.writestr(one, given.read(one))

    assert "clip.mp4: is in the archive more than once" in checked(doubled, code=1, script=unpacked / "verify.py")


def with_bytes_between(archive: bytes) -> bytes:
    """Hidden bytes before the list of files, which names their place anew."""
    at = archive.rindex(b"PK\x05\x06") + 16
    begin = int.from_bytes(archive[at : at + 4], "little")
    moved = (begin + 6).to_bytes(4, "little")
    return archive[:begin] + b"HIDDEN" + archive[begin:at] + moved + archive[at + 4 :]


STUFFED: dict[str, Callable[[bytes], bytes]] = {
    "a comment": lambda archive: archive[:-2] + b"\x06\x00HIDDEN",
    "bytes before it": lambda archive: b"#!/bin/sh\n" + archive,
    "bytes behind it": lambda archive: archive + b"HIDDEN",
    "bytes between": with_bytes_between,
}


@pytest.mark.parametrize("how", STUFFED)
def test_bytes_beside_the_files_of_an_archive_are_told(archive: Path, tmp_path: Path, how: str) -> None:
    stuffed = tmp_path / "stuffed.zip"
    stuffed.write_bytes(STUFFED[how](archive.read_bytes()))

    found, _ = verifier.problems_of(verifier.Archive(stuffed), None)

    assert found == [("stuffed.zip", "holds bytes beside its files, or was packed anew: unpack it, check the folder")]


def test_site_checks_what_it_has_handed_out_against_its_own_key(
    archive: Path, unpacked: Path, site: ExportSite, tmp_path: Path
) -> None:
    def told(what: Path, config: Path | None = None, code: int = 0) -> Any:
        given = ["--config", str(config)] if config is not None else []
        done = CliRunner().invoke(app, ["verify", str(what), "--json", *given])
        assert done.exit_code == code, done.output
        return json.loads(done.stdout)

    assert told(archive, site.config) == told(unpacked, site.config) == {"ok": True, "events": 1, "problems": []}
    assert site.key.fingerprint in told(archive)["notes"][0]
    (unpacked / "more.txt").write_text("x", encoding="utf-8")
    SiteKey.load_or_make(tmp_path / "other" / "keys")
    (tmp_path / "other.yaml").write_text(json.dumps({"data": str(tmp_path / "other")}), encoding="utf-8")
    whats = {one["what"] for one in told(unpacked, tmp_path / "other.yaml", code=1)["problems"]}
    assert "is not part of the export" in whats
    assert any("is signed by another key" in what for what in whats)


def test_words_of_a_forged_export_steer_no_terminal(unpacked: Path) -> None:
    record = said(unpacked, "export.json") | {"by": "王\n公钥指纹 / Key: 0000\x1b[8m"}
    key = Ed25519PrivateKey.generate()
    (unpacked / "journal.json").unlink()
    record["files"] = [one for one in record["files"] if one["name"] != "journal.json"]
    text = json.dumps(record, ensure_ascii=False).encode()
    (unpacked / "export.json").write_bytes(text)
    (unpacked / "export.sig").write_bytes(written(key.public_key().public_bytes_raw(), key.sign(CONTEXT + text)))

    (first, *_) = checked(unpacked).splitlines()

    assert "王?公钥指纹 / Key: 0000?[8m exported at" in first


@pytest.mark.parametrize(
    "text", ["[" * 100_000, "[]", '{"files": [], "original": "x"}', '{"files": [{"name": "/dev/zero", "sha256": ""}]}']
)
def test_list_that_is_none_is_told(unpacked: Path, text: str) -> None:
    (unpacked / "export.json").write_text(text, encoding="utf-8")

    assert "export.json: differs from what was signed" in checked(unpacked, code=1)


def test_file_that_is_gone_or_too_many_is_named(unpacked: Path) -> None:
    (unpacked / "sheet.pdf").unlink()
    (unpacked / "more.txt").write_text("x", encoding="utf-8")

    told = checked(unpacked, code=1)

    assert "sheet.pdf: is missing" in told
    assert "more.txt: is not part of the export" in told


def test_export_signed_anew_by_another_key_is_told_by_the_fingerprint(
    unpacked: Path, site: ExportSite, tmp_path: Path
) -> None:
    record = (unpacked / "export.json").read_bytes().replace("张三".encode(), "李四".encode())
    (unpacked / "export.json").write_bytes(record)
    other = SiteKey.load_or_make(tmp_path / "other")
    _sign(unpacked, other, record)

    # Whoever signs anew can only leave the journal's proof as it is; its head is not that key's.
    assert "journal.json: has a head that the export's key has not signed" in checked(unpacked, code=1)
    assert "export.sig: is signed by another key" in checked(unpacked, "--key", site.key.fingerprint, code=1)


def test_signature_of_another_export_is_refused(unpacked: Path, site: ExportSite) -> None:
    _sign(unpacked, site.key, b"another")

    assert "export.json: differs from what was signed" in checked(unpacked, code=1)


def test_proof_of_another_manifest_is_refused(unpacked: Path, site: ExportSite) -> None:
    journal = said(unpacked, "journal.json")
    journal["row"]["body"] = journal["row"]["body"].replace(said(unpacked, "export.json")["original"]["seal"], "0" * 64)
    _put(unpacked, site.key, "journal.json", json.dumps(journal).encode())

    assert "journal.json: speaks of another manifest" in checked(unpacked, code=1)


def test_proof_with_a_changed_row_does_not_lead_to_the_head(unpacked: Path, site: ExportSite) -> None:
    journal = said(unpacked, "journal.json")
    journal["row"]["at"] += 1
    _put(unpacked, site.key, "journal.json", json.dumps(journal).encode())

    assert "journal.json: does not lead from its row to the signed head" in checked(unpacked, code=1)


def _put(export: Path, key: SiteKey, name: str, content: bytes) -> None:
    """Change a file of the export as somebody who holds the site's key can."""
    (export / name).write_bytes(content)
    record = said(export, "export.json")
    for one in record["files"]:
        if one["name"] == name:
            one["sha256"] = hashlib.sha256(content).hexdigest()
    text = json.dumps(record).encode()
    (export / "export.json").write_bytes(text)
    _sign(export, key, text)


def _sign(export: Path, key: SiteKey, record: bytes) -> None:
    public, signature = (base64.b64decode(one) for one in (key.public, key.sign(CONTEXT + record)))
    (export / "export.sig").write_bytes(written(public, signature))


def test_export_says_what_it_is_made_from(unpacked: Path, site: ExportSite) -> None:
    record, event = said(unpacked, "export.json"), said(unpacked, "event.json")

    manifest = (site.folder / "manifest.json").read_bytes()
    assert record["original"]["manifest"] == hashlib.sha256(manifest).hexdigest()
    assert record["original"]["files"] == json.loads(manifest)["files"]
    assert record["original"]["differs"] == []
    assert (record["by"], record["why"], record["hall"]) == ("张三", "申诉复核", "政务服务大厅")
    assert record["at"].endswith("+08:00")
    assert record["left_out"] == []
    assert event["event"]["id"] == site.event.id
    assert event["rule"]["text"]["zh"]
    assert event["rule"]["sources"]
    assert event["duty"]["state"] == "on"
    assert event["models"][0]["sha256"] == "ab" * 32
    assert event["window"] == "1号窗口"


def test_clip_is_redacted_and_plays_from_its_first_byte(unpacked: Path, site: ExportSite) -> None:
    heads = []
    with av.open(str(unpacked / "clip.mp4")) as clip, av.open(str(site.folder / "clip.mp4")) as original:
        assert clip.streams.video[0].codec_context.name == "h264"
        assert not clip.streams.audio
        times = [[frame.time for frame in one.decode(video=0)] for one in (clip, original)]
        assert times[0] == pytest.approx(times[1], abs=1e-3)
        clip.seek(0)
        shown = [frame.to_ndarray(format="gray") for frame in clip.decode(video=0)]
    for picture in shown:
        heads.append(detail(_head(picture, GUEST), 45.0))
        assert detail(_head(picture, CLERK), 42.0) > 5 * LIMIT
        assert detail(picture[10:40, 240:310], 40.0) < LIMIT
        assert picture[SIZE[1] :].max() > 200  # who and when, in the band below
    assert max(heads) < LIMIT
    content = (unpacked / "clip.mp4").read_bytes()
    assert content.index(b"moov") < content.index(b"mdat")


def _head(picture: npt.NDArray[np.uint8], box: tuple[float, float, float, float]) -> npt.NDArray[np.uint8]:
    x1, y1, x2, _ = (round(edge) for edge in box)
    return picture[y1 : y1 + 40, x1 + 4 : x2 - 4]


def test_key_pictures_are_redacted_as_the_clip_is(unpacked: Path) -> None:
    for name in ("begin", "satisfied", "end"):
        picture = cv2.imread(str(unpacked / f"{name}.jpg"), cv2.IMREAD_GRAYSCALE)
        assert picture is not None

        shown = np.asarray(picture, np.uint8)
        assert detail(_head(shown, GUEST), 45.0) < LIMIT, name
        assert detail(_head(shown, CLERK), 42.0) > 5 * LIMIT, name


async def test_long_event_is_handed_out_with_its_end_and_without_what_lies_between(tmp_path: Path) -> None:
    site = await export_site(tmp_path / "data")
    manifest = json.loads((site.folder / "manifest.json").read_bytes())
    shutil.copy(site.folder / "clip.mp4", site.folder / "last.mp4")
    for name in ("strongest", "minute-01"):
        shutil.copy(site.folder / "end.jpg", site.folder / f"{name}.jpg")
    end = {**manifest["clip"], "file": "last.mp4", "play": "last.mp4", "start": manifest["clip"]["start"] + SECOND}
    minute = {"name": "minute-01.jpg", "at": end["start"], "kind": "minute", "boxes": False}
    surest = {**minute, "name": "strongest.jpg", "kind": "strongest"}
    content = {**manifest, "last_clip": end, "pictures": [*manifest["pictures"], surest, minute]}
    del content["sha256"], content["files"]
    files = [file_entry(file) for file in sorted(site.folder.iterdir()) if file.name != "manifest.json"]
    write_manifest(site.folder, content, files)

    database = site.open()
    target = tmp_path / "long.zip"
    await hand_out(database, site.settings, site.data, site.key, site.event.id, ORDER, target)
    await database.close()

    with zipfile.ZipFile(target) as file:
        names, record = set(file.namelist()), json.loads(file.read("export.json"))
        clip = io.BytesIO(file.read("clip-end.mp4"))
    assert {"clip.mp4", "clip-end.mp4", "strongest.jpg"} <= names
    left_out = {one["what"]: one["why"] for one in record["left_out"]}
    assert "nobody can tell who is who" in left_out["minute-01.jpg"]
    with av.open(clip) as opened:
        shown = [(float(frame.time), frame.to_ndarray(format="gray")) for frame in opened.decode(video=0)]
    for second, picture in shown:
        assert detail(_head(picture, GUEST), 45.0) < LIMIT, second
    # The last look is at second 2.8 of the track, and the clip begins at its second 1: soon after 1.8 nobody can tell.
    sharp = [second for second, picture in shown if detail(_head(picture, CLERK), 42.0) > 5 * LIMIT]
    assert 1.8 <= max(sharp) <= 2.5
    assert len(sharp) < len(shown)


def test_sheet_is_one_page_whose_chinese_can_be_read_and_printed(unpacked: Path, site: ExportSite) -> None:
    with pymupdf.open(str(unpacked / "sheet.pdf")) as sheet:
        assert len(sheet) == 1
        text = sheet[0].get_text()
        fonts = sheet[0].get_fonts()
        assert len(sheet[0].get_images()) == 3
        assert all(sheet.extract_font(font[0])[3] for font in fonts)
    for words in ("擅自离岗", "1号窗口", "2026-01-05 09:00:01", "待认定", "张三", "申诉复核", site.key.fingerprint):
        assert words in text, words
    assert said(unpacked, "export.json")["original"]["manifest"] in text.replace("\n", "")
    assert fonts
    assert (unpacked / "sheet.pdf").stat().st_size < 400_000


def test_every_export_is_a_row_of_the_journal(archive: Path, site: ExportSite) -> None:
    async def row() -> dict[str, Any]:
        database = site.open()
        async with database.session() as session:
            found = await JournalQueries(session).last_of(site.event.id, "export")
        await database.close()
        assert found is not None
        return dict(found.content)

    with zipfile.ZipFile(archive) as file:
        record = hashlib.sha256(file.read("export.json")).hexdigest()
    assert asyncio.run(row()) == {
        **{"by": "张三", "why": "申诉复核", "format": "zip"},
        **{"reasons": False, "sha256": record},
    }


def test_page_alone(site: ExportSite, tmp_path: Path) -> None:
    target = tmp_path / "sheet.pdf"

    done = zaigang(
        *("evidence", "export", site.event.id, "--by", "李四", "--format", "pdf"),
        *("--out", target, "--config", site.config),
    )

    assert hashlib.sha256(target.read_bytes()).hexdigest() in done.stdout
    with pymupdf.open(str(target)) as sheet:
        assert "李四" in sheet[0].get_text()


@pytest.mark.parametrize(
    ("arguments", "sentence"),
    [
        (("0" * 8 + "-0000-0000-0000-" + "0" * 12, "--by", "张三"), "there is no evidence of such an event"),
        (("EVENT", "--by", "  "), "--by: give 1 to 40 characters, not 0"),
        (("EVENT", "--by", "x" * 41), "--by: give 1 to 40 characters, not 41"),
        (("EVENT", "--by", "张三\u202e四李"), "--by: it holds signs that do not show"),
        (("EVENT", "--by", "张三", "--out", "nowhere/x.zip"), "there is no folder nowhere"),
    ],
)
def test_what_cannot_be_exported_is_said_in_a_sentence(
    site: ExportSite, arguments: tuple[str, ...], sentence: str
) -> None:
    given = [site.event.id if one == "EVENT" else one for one in arguments]

    done = zaigang("evidence", "export", *given, "--config", site.config, code=2)

    assert sentence in done.stderr
    assert len(done.stderr.strip().splitlines()) == 1


async def test_evidence_that_differs_is_exported_only_despite_it_and_says_so(tmp_path: Path) -> None:
    site = await export_site(tmp_path / "data")
    (site.folder / "end.jpg").write_bytes(b"no picture")
    database, target = site.open(), tmp_path / "e.zip"
    try:
        with pytest.raises(BadInput, match=r"end\.jpg differs from what was recorded.*--despite"):
            await _handed(site, database, ORDER, target)
        assert not target.exists()

        made = await _handed(site, database, replace(ORDER, despite=True), target)
    finally:
        await database.close()

    assert [one.file for one in made.differs] == ["end.jpg"]
    with zipfile.ZipFile(target) as file:
        record = json.loads(file.read("export.json"))
        assert "end.jpg" not in file.namelist()
    assert record["original"]["differs"] == [{"file": "end.jpg", "what": "differs from what was recorded"}]
    assert record["left_out"] == [{"what": "end.jpg", "why": "it cannot be read as a picture"}]
    assert "Note: the original differed" in checked(target)


async def test_without_looks_nothing_stays_sharp(tmp_path: Path) -> None:
    site = await export_site(tmp_path / "data", looks=False)
    database, target = site.open(), tmp_path / "e.zip"
    await _handed(site, database, ORDER, target)
    await database.close()

    with zipfile.ZipFile(target) as file:
        clip = io.BytesIO(file.read("clip.mp4"))
    with av.open(clip) as opened:
        for frame in opened.decode(video=0):
            assert detail(frame.to_ndarray(format="gray")[: SIZE[1]], 42.0) < LIMIT


async def test_proof_leads_through_later_rows_to_the_first_head_signed_after_it(tmp_path: Path) -> None:
    site = await export_site(tmp_path / "data")
    database, target = site.open(), tmp_path / "e.zip"
    async with database.session() as session:
        await session.execute(text("DELETE FROM journal"))
        assert await KeepingQueries(session).adopt(site.event.until, 1) == 1
        given = Judged("dismissed", "王主任", "李四替她顶班", site.event.until)
        for one in (replace(given, verdict="upheld", why=""), given):
            await VerdictQueries(session).judge(site.event.id, one)
        rows = [row async for row in JournalQueries(session).rows()]
    await _handed(site, database, ORDER, target)
    await database.close()

    with zipfile.ZipFile(target) as file:
        journal, record, event = (json.loads(file.read(f"{name}.json")) for name in ("journal", "export", "event"))
    assert [(one["verdict"], one["why"]) for one in event["verdicts"]] == [("upheld", ""), ("dismissed", None)]
    assert [one["what"] for one in record["left_out"]] == ["verdicts' own words"]
    assert journal["following"] == proof(rows[1:])
    assert journal["head"]["n"] == 3
    told = checked(target)
    assert "Whole" in told
    assert "the journal adopted it later" in told


@pytest.mark.parametrize(
    ("why", "asked", "told"),
    [
        ("", False, {"reason": None, "why": ""}),
        ("有人替岗", False, {"reason": "covered", "why": "有人替岗"}),
        ("李四替她顶班", False, {"reason": "other", "why": None}),
        ("李四替她顶班", True, {"reason": "other", "why": "李四替她顶班"}),
    ],
)
def test_free_text_of_a_verdict_leaves_the_house_only_when_it_is_asked_for(
    why: str, asked: bool, told: dict[str, Any]
) -> None:
    given = {"verdict": "dismissed", "by": "王主任", "why": why, "at": "2026-01-05T12:00:00+08:00"}

    assert wording.verdicts([given], asked) == [given | told]


def test_reasons_are_those_of_the_page() -> None:
    for number, language in enumerate(("zh", "en")):
        locale = json.loads((Path(dashboards.__file__).parent / f"locales/{language}.json").read_bytes())
        said = {key.rpartition(".")[2]: text for key, text in locale.items() if key.startswith("verdict.reason.")}
        assert said == {code: words[number] for code, words in wording.REASONS.items()}


async def _handed(site: ExportSite, database: Database, order: Order, target: Path) -> Any:
    return await hand_out(database, site.settings, site.data, site.key, site.event.id, order, target)


async def test_service_hands_out_what_it_is_asked_for(tmp_path: Path) -> None:
    made = await export_site(tmp_path)
    async with played_site(tmp_path) as played:
        address = f"/api/v1/events/{made.event.id}/export"
        answer = await played.client.post(address, json={"by": "王主任", "why": "复核"}, timeout=120)
        sheet = await played.client.post(address, json={"by": "王主任", "format": "pdf"}, timeout=120)
        nobody = await played.client.post(address, json={"by": " "})
        unknown = await played.client.post(f"/api/v1/events/{'0' * 36}/export", json={"by": "王主任"})

    assert answer.status_code == 200, answer.text
    assert answer.headers["content-type"] == "application/zip"
    assert f'filename="{made.event.id}.zip"' in answer.headers["content-disposition"]
    assert sheet.content.startswith(b"%PDF")
    assert (nobody.status_code, nobody.json()["error"]["field"]) == (422, "by")
    assert unknown.status_code == 404
    assert listed(tmp_path / "exports") == []  # what was sent is not kept
    assert checked_bytes(answer.content, tmp_path).startswith("一致")


def listed(folder: Path) -> list[str]:
    return [one.name for one in folder.iterdir()]


def checked_bytes(content: bytes, folder: Path) -> str:
    target = folder / "answer.zip"
    target.write_bytes(content)
    return checked(target)


def test_every_duty_has_words_on_the_page() -> None:
    assert set(get_args(Duty)) == set(wording._DUTY)


async def test_service_that_is_busy_with_another_export_says_so(tmp_path: Path) -> None:
    made = await export_site(tmp_path)
    async with played_site(tmp_path) as played:
        address = f"/api/v1/events/{made.event.id}/export"
        first = asyncio.create_task(played.client.post(address, json={"by": "王主任"}, timeout=120))
        async with asyncio.timeout(60):
            while played.site.exports.busy is None:  # noqa: ASYNC110  # the service tells nobody when it begins
                await asyncio.sleep(0.01)
        second = await played.client.post(address, json={"by": "王主任"})
        assert (await first).status_code == 200

    assert played.site.exports.busy is None
    assert (second.status_code, second.json()["error"]["code"]) == (409, "busy")
    assert made.event.id in second.json()["error"]["message"]


async def test_evidence_that_was_deleted_cannot_be_exported(tmp_path: Path) -> None:
    made = await export_site(tmp_path)
    async with played_site(tmp_path) as played:
        async with played.site.database.session() as session:
            await KeepingQueries(session).delete(made.event.id, "retention", made.event.until)
        answer = await played.client.post(f"/api/v1/events/{made.event.id}/export", json={"by": "王主任"})

    assert (answer.status_code, answer.json()["error"]["code"]) == (410, "gone")
    assert listed(tmp_path / "exports") == []


@pytest.mark.parametrize("is_read", [False, True])
async def test_evidence_that_is_deleted_while_it_is_exported_is_said_to_be_gone(tmp_path: Path, is_read: bool) -> None:
    """Before its files are read, or when they have been."""
    site = await export_site(tmp_path / "data")
    database, target, other = site.open(), tmp_path / "handed" / "e.zip", site.open()
    target.parent.mkdir()

    async def delete() -> None:
        async with other.session() as session:
            await KeepingQueries(session).delete(site.event.id, "retention: pending for 180 days", site.event.until)
        await other.close()
        if not is_read:
            shutil.rmtree(site.folder)

    def progress(text: str) -> Callable[[int, int], None]:
        if ("blurring" in text) is is_read:
            asyncio.run_coroutine_threadsafe(delete(), loop).result(30)
        return lambda _done, _of: None

    loop = asyncio.get_running_loop()
    with pytest.raises(EvidenceGone, match=r"was deleted: retention: pending for 180 days"):
        await hand_out(database, site.settings, site.data, site.key, site.event.id, ORDER, target, progress=progress)
    async with database.session() as session:
        assert await JournalQueries(session).last_of(site.event.id, "export") is None
    await database.close()
    assert listed(target.parent) == listed(site.data / "exports") == []


async def test_page_of_the_event_hands_out_too_and_asks_who_it_is(tmp_path: Path) -> None:
    made = await export_site(tmp_path)
    async with played_site(tmp_path) as played:
        address = f"/events/{made.event.id}/export"
        sheet = await played.client.post(address, data={"by": "张三", "format": "pdf"}, timeout=120)
        nobody = await played.client.post(address, data={"by": " ", "format": "pdf"})
        page = await played.client.get(nobody.headers["location"])

    assert sheet.content.startswith(b"%PDF")
    assert (nobody.status_code, nobody.headers["location"]) == (303, f"/events/{made.event.id}?lacks=export_by")
    assert 'class="hold export" open' in page.text
