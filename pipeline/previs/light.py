"""A setting enters; the colours of its air, ground, water and light leave."""

from __future__ import annotations

from dataclasses import dataclass, replace

from pipeline.previs.canvas import Tone, mix, times
from pipeline.previs.setting import Colour, Setting


@dataclass(frozen=True, slots=True)
class Light:
    """The colours that a backdrop is painted with."""

    top: Tone  # of the sky
    middle: Tone
    low: Tone  # at the horizon
    haze: Tone  # what far things fade into
    lamp: Tone  # sun, moon or window light
    ambient: Tone  # factors that local colours are multiplied with
    glow: float  # strength of the light around the sun or moon, 0 to 1
    disc: float  # how clearly the sun or moon itself is seen, 0 to 1
    dark: float  # 0 at noon, 1 at night: lit windows, stars, beams
    palette: tuple[Colour, ...] = ()  # colours of the film, shadows and lights; () for none

    def plane(self, local: Tone, distance: float) -> Tone:
        """The local colour of something `distance` away: 0 at the camera, 1 at the horizon."""
        return self.graded(mix(times(local, self.ambient), self.haze, distance))

    def graded(self, tone: Tone) -> Tone:
        """The colour as the film's palette has it: of its own brightness, in the palette's shades."""
        if not self.palette:
            return tone
        dark, bright = sorted((self.palette[0], self.palette[-1]), key=sum)
        level = _luma(tone)
        toned = times(mix(_at_luma(dark), _at_luma(bright), min(1.0, level / 255)), (level, level, level))
        red, green, blue = mix(tone, toned, _GRADED)
        return min(255.0, red), min(255.0, green), min(255.0, blue)


_HOURS = {
    "day": Light(
        top=(72, 136, 192), middle=(140, 189, 218), low=(226, 236, 230), haze=(184, 208, 212), lamp=(255, 250, 232),
        ambient=(1.0, 1.0, 0.98), glow=0.35, disc=0.9, dark=0.0,
    ),
    "dawn": Light(
        top=(88, 116, 168), middle=(220, 168, 172), low=(255, 224, 184), haze=(232, 190, 178), lamp=(255, 240, 206),
        ambient=(0.94, 0.8, 0.82), glow=0.7, disc=0.95, dark=0.15,
    ),
    "dusk": Light(
        top=(38, 46, 96), middle=(176, 88, 104), low=(255, 172, 92), haze=(186, 106, 98), lamp=(255, 220, 150),
        ambient=(0.78, 0.58, 0.6), glow=0.75, disc=0.95, dark=0.45,
    ),
    "night": Light(
        top=(8, 13, 32), middle=(20, 36, 70), low=(56, 82, 120), haze=(44, 66, 100), lamp=(232, 238, 250),
        ambient=(0.34, 0.42, 0.58), glow=0.4, disc=1.0, dark=1.0,
    ),
}  # fmt: skip
_GRADED = 0.42  # how far a palette pulls the colours to its own
_STORM: Tone = (72, 80, 92)
_GREY: Tone = (150, 158, 164)


def light(setting: Setting) -> Light:
    """The light of the setting's hour under its weather, in the colours of the film's palette."""
    air = replace(_weathered(setting), palette=setting.tones)
    top, middle, low, haze = map(air.graded, (air.top, air.middle, air.low, air.haze))
    return replace(air, top=top, middle=middle, low=low, haze=haze)


def _weathered(setting: Setting) -> Light:
    base = _HOURS[setting.hour]
    if setting.weather == "clear":
        return base
    if setting.weather == "fog":
        return _veiled(base, _dimmed(_GREY, base), share=0.55, haze=0.85, disc=0.25)
    if setting.weather == "storm":
        return _veiled(base, _dimmed(_STORM, base), share=0.68, haze=0.7, disc=0.0)
    return _veiled(base, _dimmed(_GREY, base), share=0.55, haze=0.6, disc=0.15)


def lamplit(air: Light) -> Light:
    """The light on people in a room: at night it is a lamp's, and not the moon's."""
    warmth = 0.75 * air.dark
    ambient, lamp = mix(air.ambient, (0.86, 0.70, 0.54), warmth), mix(air.lamp, (255, 206, 140), warmth)
    return replace(air, ambient=ambient, lamp=lamp)


def _dimmed(cloud: Tone, base: Light) -> Tone:
    level = 1 - 0.72 * base.dark
    return mix((cloud[0] * level, cloud[1] * level, cloud[2] * level), base.middle, 0.2)


def _veiled(base: Light, cloud: Tone, share: float, haze: float, disc: float) -> Light:
    dull = sum(base.ambient) / 3 * 0.9
    return Light(
        top=mix(base.top, mix(cloud, (0, 0, 0), 0.25), share),
        middle=mix(base.middle, cloud, share),
        low=mix(base.low, mix(cloud, (255, 255, 255), 0.22), share),
        haze=mix(base.haze, cloud, haze),
        lamp=base.lamp,
        ambient=mix(base.ambient, (dull, dull, dull * 1.06), 0.6),
        glow=base.glow * 0.6,
        disc=disc,
        dark=min(1.0, base.dark + 0.15),
    )


def _luma(tone: Tone | Colour) -> float:
    # Weights of BT.709 luma.
    return 0.2126 * tone[0] + 0.7152 * tone[1] + 0.0722 * tone[2]


def _at_luma(colour: Colour) -> Tone:
    """The colour as factors of a grey of the same brightness, kept from burning out."""
    level = max(_luma(colour), 24.0)
    red, green, blue = (min(2.1, max(0.25, channel / level)) for channel in colour)
    return red, green, blue
