"""The state of every hypothesis: HOME/states.json, with the verdict and the run that decided.

A hypothesis is known by its name and what it says: one that was changed is a draft again. What its live trades have
led to stands beside what discoveries found, so that no new discovery brings back what was killed:

    "live": {"state": "killed" | "probation" | "", "why": words, "at": the venue's time, "since": the same}

Trades that ended up to `since` do not count any more.
"""

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from edgeproof.adapters.storage.atomic import only_writer, write_file
from edgeproof.core.model.errors import StoreError

STATES = "states.json"
VERSION = 1

States = Mapping[str, Mapping[str, Any]]
"""By key of the hypothesis: its name, and by scope the state, the line, the run and the end of its data."""

LIVE = "live"


def read_states(home: Path) -> dict[str, dict[str, Any]]:
    """The states kept under a home folder; none is fine.

    Raises
    ------
    StoreError
        When the file cannot be read or understood; it is left as it is.
    """
    path = home / STATES
    try:
        document = json.loads(path.read_text(encoding="utf-8"))
        version, states = document["version"], dict(document["states"])
    except FileNotFoundError:
        return {}
    except OSError as error:
        raise StoreError(f"{path} cannot be read ({error.strerror}): check the permissions") from error
    except (ValueError, KeyError, TypeError) as error:
        raise StoreError(f"{path} is damaged: delete it, and edgeproof discover writes it anew") from error
    if version != VERSION:
        raise StoreError(
            f"{path} has version {version}, this program knows version {VERSION}: use the edgeproof that wrote it"
        )
    return states


def keep_states(home: Path, found: States) -> None:
    """Keep the states found, scope by scope; those of other hypotheses and scopes stay as they are."""
    with only_writer(home):
        states = read_states(home)
        for key, each in found.items():
            scopes = {**states.get(key, {}).get("scopes", {}), **each["scopes"]}
            states[key] = {**states.get(key, {}), **each, "scopes": scopes}
        _write(home, states)


def keep_live(home: Path, key: str, name: str, live: Mapping[str, Any]) -> None:
    """Keep what the live trades of a hypothesis have led to; what discoveries found of it stays as it is."""
    with only_writer(home):
        states = read_states(home)
        states[key] = {"hypothesis": name, "scopes": {}, **states.get(key, {}), LIVE: dict(live)}
        _write(home, states)


def _write(home: Path, states: States) -> None:
    text = json.dumps({"version": VERSION, "states": states}, indent=1, sort_keys=True, allow_nan=False)
    write_file(home / STATES, text.encode() + b"\n")
