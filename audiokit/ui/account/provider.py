"""What Streamlit needs to know so that people can sign in: from our settings, with no file of secrets."""

from __future__ import annotations

from importlib.util import find_spec
from typing import Any

from pydantic import SecretStr
from streamlit import config

from audiokit.errors import AudiokitError, NotConfigured
from audiokit.settings import Mode, Settings

__all__ = ["secrets"]

_NO_CLIENT = "AUDIOKIT_MODE is oidc, and that needs Authlib. Install it: pip install 'audiokit[oidc]'."


def secrets() -> dict[str, Any]:
    """Return what is handed to ``st.App``; empty where nobody signs in.

    Whoever started the app is told in one sentence what is wrong with the settings, and it ends.
    """
    try:
        return _secrets(Settings.read())
    except AudiokitError as error:
        raise SystemExit(str(error)) from error


def _secrets(settings: Settings) -> dict[str, Any]:
    """Return the same.

    Raises:
        NotConfigured: nobody signs in, and other machines would reach the app; or Authlib is missing.
    """
    if settings.mode is Mode.SINGLE:
        address = config.get_option("server.address")
        if address is not None:  # else it is another server's to say, and api.only_here stands behind all of them
            settings.refuse_open_address(address)
        return {}
    if find_spec("authlib") is None:
        raise NotConfigured(_NO_CLIENT)
    return {
        "auth": {
            "redirect_uri": f"{settings.public_url}/oauth2callback",
            "cookie_secret": _text(settings.cookie_secret),
            "client_id": settings.oidc_client_id or "",
            "client_secret": _text(settings.oidc_client_secret),
            "server_metadata_url": settings.oidc_metadata_url or "",
            "client_kwargs": {"scope": "openid email profile", "prompt": "select_account"},
        }
    }


def _text(secret: SecretStr | None) -> str:
    return "" if secret is None else secret.get_secret_value()
