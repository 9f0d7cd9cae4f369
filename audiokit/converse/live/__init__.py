"""Speech to speech, interruptible, priced as it goes; afterwards an ordinary conversation. Begin with ``bridge``."""

from __future__ import annotations

from audiokit.converse.live.bridge import LiveBridge
from audiokit.converse.live.options import LiveOptions
from audiokit.converse.live.presets import PRESETS, Preset
from audiokit.converse.live.seam import Browser, Played
from audiokit.converse.live.service import LiveService

__all__ = ["PRESETS", "Browser", "LiveBridge", "LiveOptions", "LiveService", "Played", "Preset"]
