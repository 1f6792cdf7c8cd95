"""Camera codes become the words a model was trained on: never a code in a prompt."""

from __future__ import annotations

from pipeline.storyboard import Camera

SHOT_SIZES = {
    "EWS": "extreme wide shot",
    "WS": "wide shot",
    "FS": "full shot",
    "MWS": "medium wide shot",
    "MS": "medium shot",
    "MCU": "medium close-up",
    "CU": "close-up",
    "ECU": "extreme close-up",
    "OTS": "over-the-shoulder shot",
    "POV": "point-of-view shot",
    "insert": "insert shot",
}
ANGLES = {
    "eye": "at eye level",
    "low": "from a low angle",
    "high": "from a high angle",
    "overhead": "from directly overhead",
    "ground": "from ground level",
    "dutch": "at a tilted dutch angle",
}
MOVEMENTS = {
    "static": "static camera",
    "handheld": "handheld",
    "tracking": "tracking shot",
    "whip_pan": "whip pan",
    "rack_focus": "rack focus",
    "pan_left": "pan to the left",
    "pan_right": "pan to the right",
    "tilt_up": "tilt up",
    "tilt_down": "tilt down",
    "dolly_in": "dolly in",
    "dolly_out": "dolly out",
    "truck_left": "truck to the left",
    "truck_right": "truck to the right",
    "pedestal_up": "pedestal up",
    "pedestal_down": "pedestal down",
    "crane_up": "crane up",
    "crane_down": "crane down",
    "orbit_left": "orbit to the left",
    "orbit_right": "orbit to the right",
    "zoom_in": "zoom in",
    "zoom_out": "zoom out",
}
SPEEDS = {"": "", "slow": "slow ", "normal": "", "fast": "fast "}


def words(camera: Camera) -> str:
    """The camera in one phrase, without a capital or a stop: "medium shot from a low angle, handheld, 35mm lens"."""
    framing = " ".join(filter(None, (SHOT_SIZES.get(camera.shot_size), ANGLES.get(camera.angle))))
    movement = SPEEDS[camera.speed] + MOVEMENTS[camera.movement] if camera.movement else ""
    lens = f"{camera.lens_mm.normalize():f}mm lens" if camera.lens_mm else ""
    return ", ".join(filter(None, (framing, movement, lens)))
