"""From what is stored and what is live to what the API says."""

from collections.abc import Mapping
from typing import Any
from zoneinfo import ZoneInfo

from service.api.board import Board
from service.api.schemas import (
    BoxOut,
    BreachOut,
    CameraOut,
    ClipOut,
    ConditionOut,
    EscalationOut,
    EventOut,
    EvidenceFileOut,
    EvidenceOut,
    HealthOut,
    KeyFrameOut,
    LiveOut,
    MissingOut,
    Moment,
    TextOut,
    UpkeepOut,
    WindowOut,
    WorkerOut,
)
from service.api.site import Site
from service.parts.in_force import TroubleCode
from service.rules.event import Event, VerdictWord
from service.rules.rule import Rule
from service.storage.events import StoredEvidence
from service.storage.places import Camera, Window
from vision.streamtime import SECOND, StreamTime, seconds, to_datetime

__all__ = ["event_out", "evidence_out", "live_out", "moment"]

_LOW_DISK_MB = 1000


def moment(at: StreamTime, zone: ZoneInfo) -> Moment:
    """``at`` by the hall's clock, with its offset."""
    return to_datetime(at).astimezone(zone).isoformat(timespec="milliseconds")


def event_out(
    event: Event,
    window_name: str,
    rule: Mapping[str, Any],
    evidence: StoredEvidence | None,
    verdict: VerdictWord,
    zone: ZoneInfo,
) -> EventOut:
    """An event as lists and alerts show it; ``rule`` is its entry of the rulebook that judged it."""
    shown = evidence_out(event.id, evidence, zone) if evidence else None
    broken = Rule.model_validate(rule)
    lasted = (event.until - event.started_at) / SECOND
    return EventOut(
        id=event.id,
        window=event.window,
        window_name=window_name,
        rule=event.rule,
        name=TextOut(**rule["name"]),
        severity=broken.severity_after(lasted),
        escalation=[
            EscalationOut(
                after_s=step.after,
                severity=step.severity,
                at=moment(StreamTime(event.started_at + seconds(step.after)), zone),
                reached=lasted >= step.after,
            )
            for step in broken.escalation
        ],
        condition=_condition_out(broken),
        state=event.state,
        started_at=moment(event.started_at, zone),
        satisfied_at=moment(event.satisfied_at, zone),
        until=moment(event.until, zone),
        ended_at=moment(event.until, zone) if event.ended_at is not None else None,
        duration_s=round(lasted, 1),
        confidence=event.confidence,
        repeat_of=event.repeat_of,
        verdict=verdict,
        rulebook=event.rulebook,
        poster=_poster(shown.pictures) if shown else None,
        has_clip=bool(shown and shown.clip),
    )


def _poster(pictures: list[str]) -> str | None:
    """The picture of the report, since at the begin whoever leaves may still be in it; else the first there is."""
    return next((address for address in pictures if address.endswith("/satisfied.jpg")), next(iter(pictures), None))


def _condition_out(rule: Rule) -> ConditionOut:
    return ConditionOut(
        signal=rule.signal,
        asks=rule.asks,
        answer=rule.answer,
        over=rule.over,
        after_s=rule.after,
        window_s=rule.window or rule.after,
        begin_share=rule.begin_share,
        end_share=rule.end_share,
        clear_share=rule.clear_share,
        clear_after_s=rule.clear_after,
        max_silence_s=rule.max_silence,
    )


def evidence_out(
    event: str,
    evidence: StoredEvidence,
    zone: ZoneInfo,
    row: int | None = None,
    kept_until: StreamTime | None = None,
) -> EvidenceOut:
    """An event's evidence with the addresses from which its files are fetched: none once they are deleted.

    ``row``: the journal's that names the manifest. ``kept_until``: when retention takes the files.
    """
    manifest = evidence.manifest
    base = f"/api/v1/events/{event}/evidence"
    is_there = evidence.deleted_at is None
    names = [file["name"] for file in manifest["files"]] if is_there else []
    clip, last = (manifest["clip"], manifest.get("last_clip")) if is_there else (None, None)
    frames = [frame for frame in _pictures(manifest) if frame["name"] in names]
    return EvidenceOut(
        complete=manifest["complete"],
        row=row,
        deleted_at=None if evidence.deleted_at is None else moment(evidence.deleted_at, zone),
        deleted_why=evidence.deleted_why,
        kept_until=None if kept_until is None or not is_there else moment(kept_until, zone),
        clip=f"{base}/{clip['play']}" if clip else None,
        clip_start=moment(StreamTime(clip["start"]), zone) if clip else None,
        clip_end=moment(StreamTime(clip["end"]), zone) if clip else None,
        clip_is_copy=bool(clip and clip["play"] != clip["file"]),
        last_clip=ClipOut(
            url=f"{base}/{last['play']}",
            start=moment(StreamTime(last["start"]), zone),
            end=moment(StreamTime(last["end"]), zone),
            is_copy=last["play"] != last["file"],
        )
        if last
        else None,
        track=f"{base}/track.json" if "track.json" in names else None,
        pictures=[f"{base}/{frame['name']}" for frame in frames if not frame["boxes"]],
        key_frames=[
            KeyFrameOut(
                url=f"{base}/{frame['name']}",
                at=moment(StreamTime(frame["at"]), zone),
                kind=frame["kind"],
                boxes=frame["boxes"],
            )
            for frame in frames
        ],
        missing=[_missing_out(one, zone) for one in manifest["missing"]],
        files=[EvidenceFileOut(url=f"{base}/{file['name']}", **file) for file in manifest["files"]],
    )


def _pictures(manifest: Mapping[str, Any]) -> list[Mapping[str, Any]]:
    """The manifest's entries of pictures; one of before had three at most, and named them by their files only."""
    if "pictures" in manifest:
        return list(manifest["pictures"])
    event = manifest["event"]
    moments = {"begin": event["started_at"], "satisfied": event["satisfied_at"], "end": event["until"]}
    return [{"name": f"{kind}.jpg", "at": at, "kind": kind, "boxes": False} for kind, at in moments.items()]


def _missing_out(one: Mapping[str, Any], zone: ZoneInfo) -> MissingOut:
    at = one.get("at")
    return MissingOut(
        what=one["what"],
        why=one["why"],
        code=one.get("code"),
        seconds=one.get("seconds"),
        at=None if at is None else moment(StreamTime(at), zone),
    )


def live_out(site: Site, cameras: list[Camera], windows: list[Window]) -> LiveOut:
    """The live state of the whole site; what no worker speaks of is unknown."""
    zone = site.settings.hall.zone
    told = site.board.cameras()
    shown_cameras = [_camera_out(camera, windows, told.get(camera.id), site.board, zone) for camera in cameras]
    return LiveOut(
        at=moment(site.board.now(), zone),
        windows=[_window_out(window, told.get(window.camera), site, zone) for window in windows],
        cameras=shown_cameras,
        health=_health_out(site, shown_cameras),
    )


def _window_out(window: Window, camera: Mapping[str, Any] | None, site: Site, zone: ZoneInfo) -> WindowOut:
    told = {} if camera is None else {one["id"]: one for one in camera["windows"]}
    state = told.get(window.id)
    common = {"id": window.id, "name": window.name, "hall": window.hall, "camera": window.camera}
    if state is None:
        reason = "no_worker" if camera is None else "starting"
        return WindowOut(**common, status="unknown", since=None, reason=reason, staff_count=None, breaches=[])
    book = next((book for id_, book in site.books.items() if id_ == window.id), site.hall_book)
    return WindowOut(
        **common,
        status=state["status"],
        since=moment(StreamTime(state["since"]), zone),
        reason=state["reason"],
        staff_count=state["staff_count"],
        breaches=[
            _breach_out(breach, book.rules[breach["rule"]], zone)
            for breach in state["breaches"]
            if breach["rule"] in book.rules
        ],
    )


def _breach_out(breach: Mapping[str, Any], rule: Rule, zone: ZoneInfo) -> BreachOut:
    lasted = (breach["until"] - breach["since"]) / SECOND
    return BreachOut(
        rule=breach["rule"],
        name=TextOut(**rule.name.model_dump()),
        severity=rule.severity_after(lasted) if breach["event"] is not None else rule.severity,
        signal=rule.signal,
        asks=rule.asks,
        after_s=rule.after,
        since=moment(StreamTime(breach["since"]), zone),
        event=breach["event"],
    )


def _camera_out(
    camera: Camera, windows: list[Window], told: Mapping[str, Any] | None, board: Board, zone: ZoneInfo
) -> CameraOut:
    picture = board.picture(camera.id)
    state = told or {}
    return CameraOut(
        id=camera.id,
        name=camera.name,
        hall=camera.hall,
        source=camera.source,
        windows=[window.id for window in windows if window.camera == camera.id],
        reason=state.get("reason") if told is not None else "no_worker",
        trouble=state.get("trouble"),
        recording_trouble=state.get("recording_trouble"),
        size=state.get("size"),
        codec=state.get("codec"),
        fps=state.get("fps"),
        looks_per_s=state.get("looks_per_s"),
        latency_ms=state.get("latency_ms"),
        picture_at=moment(picture[0], zone) if picture else None,
        boxes=[BoxOut(**box) for box in state.get("boxes", ())],
    )


def _health_out(site: Site, cameras: list[CameraOut]) -> HealthOut:
    free_mb, used = site.disk()
    heard = site.board.workers()
    now = site.board.now()
    workers = []
    for status in site.workers.statuses():
        told = heard.get(status.id)
        workers.append(
            WorkerOut(
                id=status.id,
                state=status.state,
                pid=status.pid,
                restarts=status.restarts,
                beat_s=round((now - told.heard_at) / SECOND, 1) if told else None,
                waiting=told.message.get("waiting") if told else None,
                trouble=status.trouble or (told.message.get("trouble") if told else None),
            )
        )
    troubles = [camera.trouble for camera in cameras if camera.trouble and camera.reason]
    troubles += [f"{camera.name}: {camera.recording_trouble}" for camera in cameras if camera.recording_trouble]
    troubles += [worker.trouble for worker in workers if worker.trouble]
    upkeep = [UpkeepOut(code=one.code, text=one.text, figures=one.figures) for one in site.troubles()]
    upkeep += [_edit_trouble("edit_unfit", text) for text in site.in_force.now.troubles]
    if site.in_force.trouble is not None:
        upkeep.append(_edit_trouble("edit_late", site.in_force.trouble))
    troubles += [one.text for one in upkeep]
    if free_mb < _LOW_DISK_MB:
        troubles.append(f"only {free_mb} MB of disk space are left")
    rates = [camera.looks_per_s for camera in cameras if camera.looks_per_s is not None]
    well = sum(camera.reason is None for camera in cameras)
    return HealthOut(
        status="ok" if not troubles and well == len(cameras) else "degraded",
        troubles=troubles,
        upkeep=upkeep,
        cameras_ok=well,
        cameras=len(cameras),
        looks_per_s=round(sum(rates) / len(rates), 1) if rates else 0.0,
        disk_free_mb=free_mb,
        disk_used_share=used,
        model=site.model,
        rulebook=site.hall_book.version,
        workers=workers,
    )


def _edit_trouble(code: TroubleCode, text: str) -> UpkeepOut:
    return UpkeepOut(code=code, text=text, figures={"why": text})
