"""What a packet of H.264 or H.265 is made of, as far as recording and cutting must know."""

from typing import Final

__all__ = ["CODECS", "START_CODE", "holds_parameters", "is_idr"]

START_CODE: Final = b"\0\0\1"
"""What stands before each unit in MPEG-TS and over RTSP."""

CODECS: Final = frozenset({"h264", "hevc"})
"""The codecs of which this file knows."""

_PARAMETERS: Final = {"h264": 7, "hevc": 33}
_IDR: Final = {"h264": (5, 5), "hevc": (19, 20)}
_PICTURES: Final = {"h264": (1, 5), "hevc": (0, 31)}


def holds_parameters(sent: bytes, codec: str) -> bool:
    """Whether a sequence parameter set comes before the picture."""
    return _PARAMETERS[codec] in _until_picture(sent, codec)


def is_idr(sent: bytes, codec: str) -> bool:
    """Whether the packet's picture is an IDR picture: none that is sent later needs anything from before it."""
    first, last = _IDR[codec]
    return any(first <= unit <= last for unit in _until_picture(sent, codec))


def _until_picture(sent: bytes, codec: str) -> list[int]:
    """The kinds of its units up to the first of a picture (ITU-T H.264 table 7-1, H.265 table 7-1)."""
    units: list[int] = []
    first, last = _PICTURES[codec]
    at = sent.find(START_CODE)
    while 0 <= at < len(sent) - 3:
        header = sent[at + 3]
        units.append(header & 31 if codec == "h264" else header >> 1 & 63)
        if first <= units[-1] <= last:
            break
        at = sent.find(START_CODE, at + 3)
    return units
