"""What looks answered at a window, as a timeline draws it."""

from datetime import datetime
from typing import Annotated, Final

from fastapi import APIRouter, Path, Query

from service.api.asked import moment_asked
from service.api.errors import ApiError, NotFound
from service.api.present import moment
from service.api.schemas import ObservationsOut, RunOut
from service.api.site import SiteDep
from service.observations import ObservationReader
from service.observations.format import ANSWERS
from service.observations.runs import runs
from vision.observation import WindowId
from vision.streamtime import SECOND

__all__ = ["router"]

router = APIRouter(tags=["observations"])

_LONGEST: Final = 4 * 3600 * SECOND
_MOST_RUNS: Final = 20_000
_YEARS: Final = range(1970, 2200)


@router.get("/windows/{window}/observations")
def observations(
    site: SiteDep,
    window: Annotated[str, Path(pattern=r"^[A-Za-z0-9_-]{1,40}$")],
    since: Annotated[datetime, Query(description="From this moment on, with its UTC offset.")],
    until: Annotated[datetime, Query(description="To before this moment, at most 4 hours later.")],
    answer: Annotated[list[str] | None, Query(description="Only these signals, counts, or reason.")] = None,
) -> ObservationsOut:
    """Stretches in which each answer stayed the same; where there is none nobody could tell, or nobody looked."""
    if WindowId(window) not in site.settings.windows():
        raise NotFound("window", window)
    begins, ends = moment_asked(since, "since"), moment_asked(until, "until")
    if not 0 < ends - begins <= _LONGEST:
        raise ApiError(422, "bad_input", "until: must be later than since, by 4 hours at most", "until")
    names = answer or list(ANSWERS)
    strange = next((name for name in names if name not in ANSWERS), None)
    if strange is not None:
        raise ApiError(422, "bad_input", f"answer: there is no {strange!r}; there are {', '.join(ANSWERS)}", "answer")
    reader = ObservationReader(site.settings.data / "observations")
    looks = sorted(
        (
            look
            for camera in reader.cameras()
            for look in reader.looks(camera, begins, ends, {WindowId(window)}, thinned=True, watched=names)
        ),
        key=lambda look: look.at,
    )
    found = runs(looks, names)
    if sum(map(len, found.values())) > _MOST_RUNS:
        raise ApiError(422, "bad_input", "until: too much changes in so long a time; ask for a shorter one", "until")
    zone = site.settings.hall.zone
    return ObservationsOut(
        window=window,
        since=moment(begins, zone),
        until=moment(ends, zone),
        answers={
            name: [RunOut(since=moment(one.begins, zone), until=moment(one.ends, zone), value=one.value) for one in own]
            for name, own in found.items()
        },
        unreadable_lines=reader.coverage.unreadable,
    )
