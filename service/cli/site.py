"""`zaigang site`: what is edited of a site while it runs, shown, changed and followed back."""

import json
import sys
from datetime import UTC, datetime
from pathlib import Path
from typing import Annotated, Any, Final
from zoneinfo import ZoneInfo

import typer
import yaml
from pydantic_core import to_jsonable_python

from service.cli.options import Config, said
from service.cli.sources import site_in_force, site_settings
from service.cli.tables import say, show, table
from service.models import refusal_by
from service.parts import Effective, Part, Proposal, part_of, proposed
from service.parts.outlook import Spell
from service.settings import plain_yaml
from vision.errors import BadInput
from vision.streamtime import StreamTime, from_datetime, to_datetime

__all__ = ["add_to", "change"]

_HELP = """Edit a site while it runs: its rules, duty, leave, roster and uniform timetable, in versions.

A running service takes a change up within seconds. For example:

\b
  zaigang site show rules > rules.yaml
  zaigang site set rules rules.yaml --dry-run
  zaigang site set rules rules.yaml --by 王主任 --why 试行三分钟
  zaigang site show rules --version 3 | zaigang site set rules - --by 王主任 --why 恢复 --yes
  zaigang site template leave --out 请假.xlsx
  zaigang site import leave 请假.xlsx --by 王主任 --why 一月请假
"""

_PAGE: Final = 200

PartName = Annotated[Part, typer.Argument(help="rules, duty, leave, roster or uniform_timetable.", show_default=False)]
By = Annotated[str, typer.Option("--by", metavar="NAME", help="Who changes it.", show_default=False)]
Why = Annotated[str, typer.Option("--why", metavar="TEXT", help="Why it is changed.", show_default=False)]
DryRun = Annotated[bool, typer.Option("--dry-run", help="Check it and print what would change; save nothing.")]
Yes = Annotated[bool, typer.Option("--yes", "-y", help="Save without asking.")]


def show_part(
    part: PartName,
    config: Config = None,
    version: Annotated[int | None, typer.Option("--version", help="An older version.", min=1)] = None,
    is_effective: Annotated[
        bool, typer.Option("--effective", help="What is in force: zaigang.yaml with what was edited over it.")
    ] = False,
    as_json: Annotated[bool, typer.Option("--json", help="Print JSON instead of YAML.")] = False,
) -> None:
    """Print a part as it was last edited, in the form that `set` takes."""
    now = _now(config)
    if is_effective:
        _print_content(part_of(now.settings, part), as_json)
        return
    latest = now.revisions[part].content if part in now.revisions else {}
    _print_content(latest if version is None else _version(now, part, version), as_json)
    for trouble in now.troubles if version is None else ():
        typer.echo(f"zaigang: {trouble}", err=True)


def set_part(
    part: PartName,
    file: Annotated[Path, typer.Argument(help="YAML or JSON with the whole part; - reads it from stdin.")],
    config: Config = None,
    by: By = "",
    why: Why = "",
    is_dry: DryRun = False,
    is_agreed: Yes = False,
) -> None:
    """Check a part's new content, print what it changes, and save it as the next version once that is agreed to."""
    if str(file) == "-" and not (is_dry or is_agreed):
        raise BadInput("-: with the content on stdin nobody can be asked; add --yes, or look first with --dry-run")
    change(config, part, _read(file), by, why, is_dry=is_dry, is_agreed=is_agreed)


def history(
    part: PartName,
    config: Config = None,
    before: Annotated[int | None, typer.Option("--before", help="Only versions before this one.", min=1)] = None,
    as_json: Annotated[bool, typer.Option("--json", help="Print JSON.")] = False,
) -> None:
    """Print a part's versions, the newest first: when, by whom and why."""
    from service.storage.revisions import stored_history

    settings = site_settings(config)
    found = stored_history(settings.data / "zaigang.db", part, _PAGE, before)
    zone = settings.hall.zone
    if as_json:
        versions = [
            {"version": one.version, "saved_at": _when(one.saved_at, zone), "by": one.by, "why": one.why}
            for one in found
        ]
        typer.echo(json.dumps(versions, ensure_ascii=False, indent=1))
        return
    shown = table(f"{part}", "版本 version", "保存 saved", "何人 by", "为何 why")
    for one in found:
        shown.add_row(str(one.version), _when(one.saved_at, zone), one.by, one.why)
    show(shown)
    if len(found) == _PAGE:
        say(f"older ones: zaigang site history {part} --before {found[-1].version}")


def change(config: Path | None, part: Part, content: Any, by: str, why: str, *, is_dry: bool, is_agreed: bool) -> None:
    """Print what ``content`` changes and save it as the next version of ``part``, asking first unless ``is_agreed``."""
    from service.storage.revisions import open_events, save_revision

    if not is_dry and not (by.strip() and why.strip()):
        raise BadInput("--by and --why: say who changes it and why; or look first with --dry-run")
    by, why = said("--by", by, 40, least=0), said("--why", why, 500, least=0)
    settings = site_settings(config)
    file = settings.data / "zaigang.db"
    refusal = refusal_by(settings.models)
    now = site_in_force(settings, refusal)
    at = from_datetime(datetime.now(UTC))
    proposal = proposed(now, part, content, at, open_events(file), refusal)
    if proposal.same:
        say("it says that already; no version is made")
        return
    _print_proposal(proposal)
    if is_dry:
        return
    if not is_agreed:
        typer.confirm(f"save as version {proposal.base + 1} of {part}?", abort=True)
    settings.data.mkdir(mode=0o700, parents=True, exist_ok=True)  # pictures of people are for this account alone
    saved_at = from_datetime(datetime.now(UTC))  # who was asked may have taken a while to agree
    kept = save_revision(file, part, proposal.content, by, why, saved_at, proposal.base)
    say(f"version {kept.version} of {part} is saved; a running service takes it up within seconds")


def _now(config: Path | None) -> Effective:
    settings = site_settings(config)
    return site_in_force(settings, refusal_by(settings.models))


def _version(now: Effective, part: Part, version: int) -> dict[str, Any]:
    from service.storage.revisions import stored_history

    found = stored_history(now.given.data / "zaigang.db", part, 1, version + 1)
    if not found or found[0].version != version:
        raise BadInput(f"--version {version}: {part} has no such version; see: zaigang site history {part}")
    return dict(found[0].content)


def _read(file: Path) -> Any:
    """The plain values of a YAML or JSON file."""
    try:
        text = sys.stdin.read() if str(file) == "-" else file.read_text(encoding="utf-8")
        return to_jsonable_python(plain_yaml(text) or {})
    except OSError as error:
        raise BadInput(f"{file}: {(error.strerror or str(error)).lower()}") from error
    except ValueError as error:
        raise BadInput(f"{file}: not readable as YAML ({error})") from error


def _print_content(content: Any, as_json: bool) -> None:
    if as_json:
        typer.echo(json.dumps(content, ensure_ascii=False, indent=1))
    else:
        say(yaml.safe_dump(dict(content), allow_unicode=True, sort_keys=False, width=120).rstrip())


def _print_proposal(proposal: Proposal) -> None:
    if proposal.changes:
        shown = table(proposal.part, "键 key", "原 old", "新 new", "窗口 windows")
        for one in proposal.changes:
            shown.add_row(one.key, _text(one.old), _text(one.new), " ".join(one.windows))
        show(shown)
    else:
        say("nothing in force changes: what is set is what holds already")
    for book in proposal.books:
        say(f"rulebook {book.old} -> {book.new}: {' '.join(book.windows)}")
    if proposal.days:
        duty = table("在岗 duty", "日 day", "窗口 windows", "原 old", "新 new")
        for day in proposal.days:
            duty.add_row(day.day.isoformat(), " ".join(day.windows), _spells(day.old), _spells(day.new))
        show(duty)
    if proposal.worn:
        worn = table("制服 uniforms", "自 from", "至 to", "原 old", "新 new")
        for days in proposal.worn:
            worn.add_row(days.first.isoformat(), days.last.isoformat(), _uniforms(days.old), _uniforms(days.new))
        show(worn)
    if proposal.interrupts:
        say(f"open events that end as interrupted: {proposal.interrupts}")
    if proposal.closes:
        say(f"open events that end, their window being on duty no longer: {proposal.closes}")


def _text(value: Any) -> str:
    if value is None:
        return ""
    return value if isinstance(value, str) else json.dumps(value, ensure_ascii=False)


def _spells(spells: tuple[Spell, ...]) -> str:
    words = {
        "on": "",
        "exempt": " 请假 leave",
        "closed": " 暂停服务 out of service",
        "no_calendar": " 无日历 no calendar",
    }
    return ", ".join(f"{one.begins}-{one.ends}{words[one.duty]}" for one in spells) or "不在岗 off"


def _uniforms(files: tuple[str, ...]) -> str:
    return ", ".join(files) or "未定 nobody can tell"


def _when(at: StreamTime, zone: ZoneInfo) -> str:
    return to_datetime(at).astimezone(zone).isoformat(timespec="seconds")


def add_to(app: typer.Typer) -> None:
    site = typer.Typer(help=_HELP, no_args_is_help=True)
    site.command("show")(show_part)
    site.command("set")(set_part)
    site.command("history")(history)
    from service.cli.site_import import add_to as add_imports

    add_imports(site)
    app.add_typer(site, name="site")
