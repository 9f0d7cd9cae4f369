"""When what was transcribed is said, and by whom, as ``/audio/transcriptions`` tells it. Pure functions.

OpenAI gives ``words`` and ``segments`` (``verbose_json``), or segments with speakers (``diarized_json``). Compatible
servers also put the words into their segments, and speakers at words, and say how sure they are of each.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from audiokit.speech.fields import Json, first_at, number_at, objects_at, text_at
from audiokit.speech.replies import TimedText

__all__ = ["language_of", "timed_segments", "timed_words"]

# The names that Whisper has for languages; OpenAI's ``verbose_json`` says "english", others "en".
_NAMES = """
afrikaans af albanian sq amharic am arabic ar armenian hy assamese as azerbaijani az bashkir ba basque eu belarusian be
bengali bn bosnian bs breton br bulgarian bg catalan ca chinese zh croatian hr czech cs danish da dutch nl english en
estonian et faroese fo finnish fi french fr galician gl georgian ka german de greek el gujarati gu hausa ha hebrew he
hindi hi hungarian hu icelandic is indonesian id italian it japanese ja javanese jv kannada kn kazakh kk khmer km
korean ko lao lo latin la latvian lv lingala ln lithuanian lt luxembourgish lb macedonian mk malagasy mg malay ms
malayalam ml maltese mt maori mi marathi mr mongolian mn myanmar my nepali ne norwegian no nynorsk nn occitan oc
pashto ps persian fa polish pl portuguese pt punjabi pa romanian ro russian ru sanskrit sa serbian sr shona sn
sindhi sd sinhala si slovak sk slovenian sl somali so spanish es sundanese su swahili sw swedish sv tagalog tl tajik tg
tamil ta tatar tt telugu te thai th tibetan bo turkish tr turkmen tk ukrainian uk urdu ur uzbek uz vietnamese vi
welsh cy yiddish yi yoruba yo
"""
_CONFIDENCES = ("probability", "confidence", "score")  # as servers of faster-whisper, Vosk and whisperX call it
_CODES = dict(re.findall(r"(\w+) (\w+)", _NAMES))


def timed_words(body: Json) -> tuple[TimedText, ...]:
    """Return the words with their times; none where the transcript has none."""
    whole = tuple(_timed(objects_at(body, "words"), "word"))
    return whole or tuple(
        word
        for segment in objects_at(body, "segments")
        for word in _timed(objects_at(segment, "words"), "word", speaker=text_at(segment, "speaker"))
    )


def timed_segments(body: Json) -> tuple[TimedText, ...]:
    """Return the segments with their times, and speakers where they are told apart."""
    return tuple(_timed(objects_at(body, "segments"), "text"))


def language_of(body: Json) -> str | None:
    """Return the code of the language; where several are found, of the first."""
    told = text_at(body, "language") or text_at(first_at(body, "languages"), "code") or ""
    name = told.strip().lower()
    code = _CODES.get(name, name.partition("-")[0])
    return code if len(code) == 2 and code.isalpha() else None


def _timed(listed: list[Json], key: str, *, speaker: str | None = None) -> Iterator[TimedText]:
    """Yield what has text and times that make sense; an end before its start is that start."""
    for one in listed:
        text, start_s, end_s = (text_at(one, key) or "").strip(), number_at(one, "start"), number_at(one, "end")
        if text and start_s is not None and end_s is not None:
            start_s = max(0.0, start_s)
            confidence = _share(one) if key == "word" else None
            yield TimedText(text, start_s, max(start_s, end_s), text_at(one, "speaker") or speaker, confidence)


def _share(word: Json) -> float | None:
    """Return how sure a recogniser is of a word; what is no share of 1 is something else by the same name."""
    found = next((told for name in _CONFIDENCES if (told := number_at(word, name)) is not None), None)
    return found if found is not None and 0 <= found <= 1 else None
