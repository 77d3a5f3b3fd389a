"""The words of an export, in Chinese and English: the page's labels, captions, and the text for whoever receives it."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any, Final

from service.evidence.export.order import Case, Order
from service.evidence.export.sheet import Sheet, SheetPicture
from vision.streamtime import SECOND, StreamTime, to_datetime

__all__ = ["REASONS", "caption", "readme", "sheet", "verdicts"]

REASONS: Final = {
    "registered": ("已报备", "leave was registered"),
    "covered": ("有人替岗", "somebody covered"),
    "business": ("工作需要", "needed for work"),
    "unclear": ("画面不清", "picture is unclear"),
    "mistaken": ("识别有误", "machine was wrong"),
}
"""The reasons for a verdict that the page offers: codes and words, which name nobody."""

_CAPTIONS: Final = {
    "begin": ("开始", "Begin"),
    "satisfied": ("达到时限", "The rule's time was reached"),
    "strongest": ("最明显", "Surest look"),
    "end": ("结束", "End"),
}
_VERDICTS: Final = {
    "pending": ("待认定", "pending"),
    "upheld": ("属实", "upheld"),
    "dismissed": ("不属实", "dismissed"),
}
_STATES: Final = {"open": ("进行中", "open"), "closed": ("已结束", "closed"), "interrupted": ("中断", "interrupted")}
_DUTY: Final = {
    "on": ("在岗时段", "on duty"),
    "off": ("非在岗时段", "off duty"),
    "exempt": ("报备离岗", "on leave"),
    "closed": ("暂停服务", "out of service"),
    "no_calendar": ("未设节假日", "no calendar"),
}
_SEVERITIES: Final = {
    "grave": ("严重", "grave"),
    "major": ("较重", "major"),
    "minor": ("一般", "minor"),
    "notice": ("提示", "notice"),
}
_README: Final = """这是什么
========
这是大厅一条违规事件（{event}）的证据导出件，供核查使用。
画面已重新编码：窗口工位以外的区域和其他所有人均已打码，无法还原；每一帧都带有导出人、时间和事件编号。

  clip.mp4      打码后的视频（没有声音）；较长的事件另有结尾 clip-end.mp4
  *.jpg         打码后的关键画面
  sheet.pdf     一页纸的证据单
  event.json    事件依据：规定、参数、在岗时段、认定、缺失的材料及原因
  export.json   文件清单与散列值（SHA-256），原始证据的散列值，导出人、时间、原因
  export.sig    export.json 的签名（Ed25519）
  verify.py     校验程序

怎样核对
========
装有 Python 3.8 或更高版本的电脑上，在本目录运行：  python3 verify.py
请把显示的公钥指纹与大厅公布的指纹核对：  {fingerprint}
原始证据由大厅保存；需要时可按 export.json 中的散列值核对原件。
请勿转发；用毕请按贵单位的规定删除。

What this is
============
The exported evidence of one event of the hall ({event}), for review.
Pictures were encoded anew: everything outside the window's post, and everybody else, is blurred for good; every frame
names who exported it, when, and the event.

  clip.mp4      the redacted clip (without sound); clip-end.mp4 is the end of a long event
  *.jpg         the redacted key pictures
  sheet.pdf     the evidence on one page
  event.json    what the event rests on: rule, figures, duty, verdict, what is missing and why
  export.json   all files with their hashes (SHA-256), the hashes of the original evidence, who exported, when and why
  export.sig    the signature (Ed25519) of export.json
  verify.py     the verifier

How to check it
===============
On any computer with Python 3.8 or later, in this folder:  python3 verify.py
Compare the key's fingerprint that it shows with the one that the hall tells you:  {fingerprint}
The hall keeps the original evidence; it can be checked against the hashes in export.json.
Do not pass it on, and delete it when it is no longer needed.
"""


def readme(event: str, fingerprint: str) -> str:
    """README.txt for whoever receives the export."""
    return _README.format(event=event, fingerprint=fingerprint)


def verdicts(given: Sequence[Mapping[str, str]], is_whole: bool) -> list[dict[str, str | None]]:
    """Verdicts as an export tells them, each with the code of its ``reason``: "other" for free text, None for none.

    Free text may name people, so that ``why`` is None where it is free and the export is not to be ``is_whole``.
    """
    told: list[dict[str, str | None]] = []
    for one in given:
        why = one["why"]
        reason = next((code for code, words in REASONS.items() if why in words), "other") if why else None
        told.append({**one, "reason": reason, "why": why if is_whole or reason != "other" else None})
    return told


def caption(name: str, at: datetime) -> tuple[str, str]:
    """What stands below a key picture, in Chinese and English."""
    zh, en = _CAPTIONS[name]
    return f"{zh} {at:%H:%M:%S}", en


def sheet(
    manifest: Mapping[str, Any],
    case: Case,
    order: Order,
    pictures: Sequence[SheetPicture],
    digest: str,
    fingerprint: str,
    signature: str,
    differs: bool,
) -> Sheet:
    """The page about an event; ``digest``: the original manifest's SHA-256, ``differs``: whether anything does."""
    event, rule = manifest["event"], manifest["rule"]
    started, until = (to_datetime(StreamTime(event[key])).astimezone(case.zone) for key in ("started_at", "until"))
    length = _duration((event["until"] - event["started_at"]) / SECOND)
    camera = manifest.get("camera") or {}
    verdict = case.verdicts[-1] if case.verdicts else {"verdict": "pending"}
    facts = [
        ("窗口", "Window", case.window),
        ("开始", "Began", f"{started:%Y-%m-%d %H:%M:%S}"),
        ("持续", "Lasted", f"{length}（{_both(_STATES, event['state'])}）"),
        ("摄像头", "Camera", str(camera.get("name") or camera.get("id") or "—")),
        ("到", "Until", f"{until:%Y-%m-%d %H:%M:%S}"),
        ("认定", "Verdict", _judged(verdict)),
    ]
    return Sheet(
        hall=case.hall,
        name=rule.get("name") or {"zh": rule["id"], "en": rule["id"]},
        text=rule.get("text") or {"zh": "该规定已不在册", "en": "This rule is no longer known"},
        sources=tuple(rule.get("sources", ())),
        facts=facts,
        figures=_figures(event, rule, manifest, case),
        pictures=pictures,
        notes=_notes(manifest, differs),
        marks=[
            ("原始清单", "Original manifest, SHA-256", digest),
            ("签名", f"Signature (Ed25519), key {fingerprint}", signature),
            ("导出", "Exported", _exporter(case, order)),
        ],
    )


def _figures(
    event: Mapping[str, Any], rule: Mapping[str, Any], manifest: Mapping[str, Any], case: Case
) -> list[tuple[str, str, str]]:
    figures = [
        ("把握", "Confidence", f"{event['confidence']:.0%}"),
        ("时限", "Lasts at least", str(rule.get("after", "—"))),
        ("起算占比", "Share to begin", f"{rule['begin_share']:.0%}" if "begin_share" in rule else "—"),
        ("程度", "Severity", _both(_SEVERITIES, rule.get("severity"))),
        ("在岗时段", "Duty", _both(_DUTY, case.duty.get("state"))),
        ("规则版本", "Rulebook", str(manifest["rulebook"])),
    ]
    for model in manifest.get("models") or ():
        figures.append(("网络", "Network", f"{model['name']} {model.get('version', '')} · {str(model['sha256'])[:12]}"))
    return figures[:9]


def _notes(manifest: Mapping[str, Any], differs: bool) -> list[tuple[str, str]]:
    notes = [
        ("画面已打码：只保留本窗口工位与其工作人员。", "Redacted: only the window's post and its own staff are kept.")
    ]
    if differs:
        notes.append(("注意：原始证据与其清单不一致。", "Note: the original evidence differs from its manifest."))
    for one in manifest["missing"][:3]:
        notes.append((f"缺少 {one['what']}：", f"{one['why']}."))
    return notes


def _exporter(case: Case, order: Order) -> str:
    why = f"，{order.why}" if order.why else ""
    return f"{order.by}，{order.at.astimezone(case.zone):%Y-%m-%d %H:%M:%S %Z}{why}"


def _judged(verdict: Mapping[str, str]) -> str:
    words = _both(_VERDICTS, verdict["verdict"])
    return f"{words}（{verdict['by']}）" if verdict.get("by") else words


def _both(words: Mapping[str, tuple[str, str]], key: object) -> str:
    zh, en = words.get(str(key), (str(key or "—"), ""))
    return f"{zh} {en}".strip()


def _duration(seconds: float) -> str:
    whole = round(seconds)
    minutes, rest = divmod(whole, 60)
    if not minutes:
        return f"{whole} 秒 s"
    return f"{minutes} 分 min" + (f" {rest} 秒 s" if rest else "")
