"""A service hall staged without a camera: real H.264 of people before drawn offices, and the truth about it."""

from service.demo.broadcast import Broadcast, Reel
from service.demo.cast import CastError
from service.demo.footage import film
from service.demo.onair import DemoCamera, DemoWindow, Hall, demo_windows, hall, render
from service.demo.script import CameraScript, Happening, Script, demo_script, read_script
from service.demo.truth import Truth, truth_of

__all__ = [
    "Broadcast",
    "CameraScript",
    "CastError",
    "DemoCamera",
    "DemoWindow",
    "Hall",
    "Happening",
    "Reel",
    "Script",
    "Truth",
    "demo_script",
    "demo_windows",
    "film",
    "hall",
    "read_script",
    "render",
    "truth_of",
]
