"""A setting enters; the colours of its air, ground, water and light leave."""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np

from pipeline.previs.canvas import Floats, Tone, mix, times
from pipeline.previs.setting import Setting


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

    def plane(self, local: Tone, distance: float) -> Tone:
        """The local colour of something `distance` away: 0 at the camera, 1 at the horizon."""
        return mix(times(local, self.ambient), self.haze, distance)


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
_STORM: Tone = (72, 80, 92)
_GREY: Tone = (150, 158, 164)


def light(setting: Setting) -> Light:
    """The light of the setting's hour under its weather."""
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


def grade(pixels: Floats, setting: Setting) -> Floats:
    """The picture with the palette's colours in its shadows and lights, or without colour where the film is grey.

    float32, height x width x 3, RGB, 0 to 255.
    """
    if not setting.tones and not setting.grey:
        return pixels
    # Weights of BT.709 luma.
    luma = pixels @ np.array((0.2126, 0.7152, 0.0722), np.float32)
    if setting.grey:
        return np.repeat(luma[:, :, None], 3, axis=2)
    dark, bright = sorted((setting.tones[0], setting.tones[-1]), key=sum)
    share = luma[:, :, None] / 255
    shadow, lit = _at_luma(dark), _at_luma(bright)
    toned = luma[:, :, None] * (shadow + (lit - shadow) * share)
    return np.clip(pixels + 0.36 * (toned - pixels), 0, 255).astype(np.float32)


def _at_luma(colour: Tone | tuple[int, int, int]) -> Floats:
    """The colour as factors of a grey of the same brightness, kept from burning out."""
    value = np.asarray(colour, np.float32)
    level = float(value @ np.array((0.2126, 0.7152, 0.0722), np.float32))
    return np.asarray(np.clip(value / max(level, 24.0), 0.25, 2.1), np.float32)
