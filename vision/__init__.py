"""Pictures to observations. What other rooms use of it; each name is loaded when it is first asked for."""

import sys
from importlib import import_module
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from vision.address import address
    from vision.card import SHIPPED, ModelCard, read_card
    from vision.closeup import Eye
    from vision.conduct import Conduct, Evidence
    from vision.detector import Detections, Detector, load_detector
    from vision.errors import BadInput, ModelError, SourceError, SourceRefused, StorageFull, ZaigangError, ZoneError
    from vision.film import open_film
    from vision.layout import CameraLayout, layout
    from vision.observation import Observation, WindowId
    from vision.picture import Picture
    from vision.pipeline import CameraPipeline, Look, look_through, see_all
    from vision.still import Still
    from vision.streamtime import StreamTime

__all__ = [
    "SHIPPED",
    "BadInput",
    "CameraLayout",
    "CameraPipeline",
    "Conduct",
    "Detections",
    "Detector",
    "Evidence",
    "Eye",
    "Look",
    "ModelCard",
    "ModelError",
    "Observation",
    "Picture",
    "SourceError",
    "SourceRefused",
    "Still",
    "StorageFull",
    "StreamTime",
    "WindowId",
    "ZaigangError",
    "ZoneError",
    "address",
    "layout",
    "load_detector",
    "look_through",
    "open_film",
    "read_card",
    "see_all",
]

# OpenVINO, from `import openvino` on, and NNCF report their use to their makers where this package can be imported, and
# nowhere else. A hall's cameras are nobody's business; this room is loaded before either of them.
sys.modules["openvino_telemetry"] = None  # type: ignore[assignment]

_HOMES = {
    "vision.card": ("SHIPPED", "ModelCard", "read_card"),
    "vision.closeup": ("Eye",),
    "vision.conduct": ("Conduct", "Evidence"),
    "vision.detector": ("Detections", "Detector", "load_detector"),
    "vision.errors": (
        "BadInput",
        "ModelError",
        "SourceError",
        "SourceRefused",
        "StorageFull",
        "ZaigangError",
        "ZoneError",
    ),
    "vision.film": ("open_film",),
    "vision.layout": ("CameraLayout", "layout"),
    "vision.observation": ("Observation", "WindowId"),
    "vision.pipeline": ("CameraPipeline", "Look", "look_through", "see_all"),
    "vision.address": ("address",),
    "vision.picture": ("Picture",),
    "vision.still": ("Still",),
    "vision.streamtime": ("StreamTime",),
}


def __getattr__(name: str) -> object:
    # The service reads the observation's type without paying for OpenVINO and OpenCV.
    for home, names in _HOMES.items():
        if name in names:
            return getattr(import_module(home), name)
    raise AttributeError(f"module 'vision' has no attribute {name!r}")
