"""What a version of a part changed of the one before it, told by what is in force otherwise."""

from service.parts.content import Refusal, Revision
from service.parts.in_force import Effective, effective
from service.parts.proposal import Change, differences

__all__ = ["changed_by"]


def changed_by(
    now: Effective, version: Revision, before: Revision | None, refusal: Refusal
) -> tuple[list[Change], list[str]]:
    """Key by key what came with ``version``; ``before`` is None where it was the first.

    Both are laid over zaigang.yaml and the other parts as they are ``now``: what of them does not fit any longer is in
    force nowhere, and is told in sentences beside the changes.
    """
    others = {part: revision for part, revision in now.revisions.items() if part != version.part}
    old = effective(now.given, others | ({version.part: before} if before is not None else {}), refusal)
    new = effective(now.given, others | {version.part: version}, refusal)
    unfit = [trouble for trouble in new.troubles if trouble not in old.troubles]
    return differences(old.settings, new.settings, version.part), unfit
