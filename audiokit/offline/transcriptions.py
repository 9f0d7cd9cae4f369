"""``POST /v1/audio/transcriptions``: a file is heard, and its words given back in the format asked for."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import PurePath

from starlette.responses import JSONResponse, PlainTextResponse, Response

from audiokit.audio.clip import Clip
from audiokit.audio.decode import decode
from audiokit.errors import AudiokitError, ClipTooLong, InputError
from audiokit.offline.bodies import Form
from audiokit.offline.chat_shapes import event
from audiokit.offline.chat_stream import DONE
from audiokit.offline.engine import Engine, Heard
from audiokit.offline.fields import a_model
from audiokit.offline.hear import Utterance
from audiokit.offline.listening import MAX_DURATION_S
from audiokit.offline.offered import EVERYTHING, Offer, require
from audiokit.offline.refusals import Refused, as_refusal, invalid_value
from audiokit.offline.transcript_formats import duration_usage, plain_text, srt, token_usage, verbose, vtt

__all__ = ["TranscriptionRequest", "transcribed", "transcribed_along", "transcription_request"]

_EXTENSIONS = ("flac", "m4a", "mp3", "mp4", "mpeg", "mpga", "oga", "ogg", "wav", "webm")
_FORMATS = ("json", "text", "srt", "verbose_json", "vtt")
_PLAIN_FORMATS = ("json", "text")
_WHISPER = "whisper-1"
_MIN_DURATION_S = 0.1
_LINE_END = "\r\n"  # as recorded for this stream, unlike that of chat


@dataclass(frozen=True, slots=True, kw_only=True)
class TranscriptionRequest:
    """What is asked for, decoded."""

    clip: Clip
    response_format: str
    granularities: tuple[str, ...]
    streams: bool
    bills_tokens: bool


def transcription_request(form: Form) -> TranscriptionRequest:
    """Read the form and decode its file, whose *name* decides whether it is taken at all.

    Raises:
        Refused: the model, the format, the language or the file cannot be used.
    """
    model = a_model({"model": form.one("model")})
    require(model, Offer.TRANSCRIPTION)
    response_format = _format(form.one("response_format", "json"), model)
    if form.one("language", "en").lower() not in {"en", "english"}:
        raise Refused("The offline engine understands English only.", param="language", code="invalid_value")
    extension = PurePath(form.file_name).suffix.lower().lstrip(".")
    if extension not in _EXTENSIONS:
        raise _unknown_extension(extension, model)
    return TranscriptionRequest(
        clip=_decoded(form.file),
        response_format=response_format,
        granularities=tuple(form.many("timestamp_granularities")),
        streams=form.one("stream").lower() == "true" and model != _WHISPER,
        bills_tokens=model.startswith("gpt-4o"),
    )


def transcribed(request: TranscriptionRequest, engine: Engine) -> Response:
    """Hear the clip and return its words.

    Raises:
        AudiokitError: the engine cannot hear.
    """
    heard = _as_long_as(request.clip, engine.hear(request.clip))
    match request.response_format:
        case "text":
            return PlainTextResponse(plain_text(heard))
        case "srt":
            return PlainTextResponse(srt(heard))
        case "vtt":
            return PlainTextResponse(vtt(heard))
        case "verbose_json":
            return JSONResponse(verbose(heard, request.granularities))
    usage = token_usage(heard) if request.bills_tokens else duration_usage(heard)
    return JSONResponse({"text": heard.text, "usage": usage})


def transcribed_along(request: TranscriptionRequest, engine: Engine) -> Iterator[bytes]:
    """Yield the words as events while they are recognised."""
    utterances = list[Utterance]()
    try:
        for utterance in engine.listen(request.clip):
            for number, word in enumerate(utterance):
                delta = word.text if not utterances and number == 0 else f" {word.text}"
                yield event({"type": "transcript.text.delta", "delta": delta}, line_end=_LINE_END)
            utterances.append(utterance)
    except AudiokitError as error:
        yield event(as_refusal(error).body(), line_end=_LINE_END)
        return
    heard = Heard(tuple(utterances), request.clip.duration_s)
    done = {"type": "transcript.text.done", "text": heard.text, "usage": token_usage(heard)}
    yield event(done, line_end=_LINE_END)
    yield DONE.replace(b"\n", _LINE_END.encode())


def _as_long_as(clip: Clip, heard: Heard) -> Heard:
    return Heard(heard.utterances, clip.duration_s)


def _format(response_format: str, model: str) -> str:
    """Only whisper-1 and this engine's own model have times; nobody offline can tell speakers apart."""
    if response_format == "diarized_json":
        raise Refused(
            "The offline engine cannot tell speakers apart.", param="response_format", code="unsupported_value"
        )
    if response_format not in _FORMATS:
        raise invalid_value("response_format", response_format, _FORMATS)
    if model not in {EVERYTHING, _WHISPER} and response_format not in _PLAIN_FORMATS:
        raise Refused(
            f"response_format '{response_format}' is not compatible with model '{model}'. "
            "Use a compatible model, or 'json' or 'text' instead.",
            param="response_format",
            code="unsupported_value",
        )
    return response_format


def _unknown_extension(extension: str, model: str) -> Refused:
    if model == _WHISPER:
        return Refused(f"Invalid file format. Supported formats: {list(_EXTENSIONS)}", code=None)
    return Refused(f"Unsupported file format {extension}", param="file", code="unsupported_value")


def _decoded(data: bytes) -> Clip:
    try:
        clip = decode(data, max_duration_s=MAX_DURATION_S)
    except ClipTooLong as error:
        raise Refused(
            f"audio duration {error.duration_s:.0f} seconds is longer than {error.max_duration_s:.0f} seconds which is "
            "the maximum for this model",
            param="file",
            code="invalid_value",
        ) from error
    except InputError as error:
        raise Refused("Audio file might be corrupted or unsupported", param="file", code="invalid_value") from error
    if clip.duration_s < _MIN_DURATION_S:
        raise Refused(
            f"Audio file is too short. Minimum audio length is {_MIN_DURATION_S} seconds.",
            param="file",
            code="audio_too_short",
        )
    return clip
