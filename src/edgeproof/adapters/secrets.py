"""Secrets from where they are kept: the environment, the keyring of the system, a file that nobody else can read."""

import os
import stat
from pathlib import Path

from edgeproof.core.model.errors import InputError
from edgeproof.core.model.secret import SecretText

_LONGEST = 65_536


def reveal(reference: str, *, home: Path) -> SecretText:
    """The secret that a reference names; a relative file is looked for in `home`, the folder of the settings file.

    Raises
    ------
    InputError
        There is no such secret, it is empty, or others could read it. The words never hold the secret.
    """
    kind, _, name = reference.partition(":")
    match kind:
        case "env":
            text = _of_environment(name)
        case "keyring":
            text = _of_keyring(name)
        case "file":
            text = _of_file(home / Path(name).expanduser())
        case _:
            # What was found is not repeated: it may be the secret itself.
            raise InputError('expected where a secret is: "env:NAME", "keyring:SERVICE/NAME" or "file:PATH"')
    return SecretText(_checked(text, reference))


def _checked(text: str, reference: str) -> str:
    text = text.strip()
    if not text:
        raise InputError(f"the secret {reference} is empty; put it there, or name another place in the settings")
    if not text.isprintable():
        raise InputError(
            f"the secret {reference} has line breaks or control characters in it; expected one line of text"
        )
    return text


def _of_environment(name: str) -> str:
    text = os.environ.get(name)
    if text is None:
        raise InputError(
            f"the environment variable {name} is not set; set it where edgeproof is started, or name another place in "
            f'the settings ("keyring:SERVICE/NAME" or "file:PATH")'
        )
    return text


def _of_keyring(name: str) -> str:
    service, separator, entry = name.partition("/")
    if not separator or not service or not entry:
        raise InputError(f'expected "keyring:SERVICE/NAME", found "keyring:{name}"')
    try:
        import keyring  # noqa: PLC0415 - an extra
        from keyring.errors import KeyringError, NoKeyringError  # noqa: PLC0415 - an extra
    except ImportError as error:
        raise InputError(
            f"keyring:{name} needs the library keyring: pip install 'edgeproof[notify]', or keep the secret in the "
            "environment or in a file"
        ) from error
    try:
        text = keyring.get_password(service, entry)
    except NoKeyringError:
        raise InputError(
            f'this machine has no keyring for keyring:{name}; use "env:NAME" or "file:PATH" instead'
        ) from None
    except KeyringError as error:
        # Its words come from a system's service and may say anything.
        raise InputError(
            f"the keyring did not give out {service}/{entry} ({type(error).__name__}); unlock it"
        ) from None
    if text is None:
        raise InputError(f"the keyring has no {service}/{entry}; put it there with: keyring set {service} {entry}")
    return text


def _of_file(path: Path) -> str:
    try:
        # Held open, so that what was checked is what is read.
        with path.open("rb") as file:
            _check_mode(path, os.fstat(file.fileno()))
            raw = file.read(_LONGEST + 1)
        if len(raw) > _LONGEST:
            raise InputError(f"the secret file {path} is longer than {_LONGEST:,} bytes; expected one line of text")
        return raw.decode("utf-8")
    except FileNotFoundError:
        raise InputError(
            f"there is no secret file {path}; make it, readable by you alone: install -m 600 /dev/null {path}"
        ) from None
    except UnicodeDecodeError:
        # The error holds the bytes: not passed on as a cause.
        raise InputError(f"the secret file {path} is not text in UTF-8") from None
    except OSError as error:
        raise InputError(f"the secret file {path} cannot be read: {error.strerror}") from None


def _check_mode(path: Path, found: os.stat_result) -> None:
    if not stat.S_ISREG(found.st_mode):
        raise InputError(f"the secret file {path} is not a file")
    if os.name == "posix" and found.st_mode & (stat.S_IRWXG | stat.S_IRWXO):
        raise InputError(
            f"the secret file {path} can be read or changed by others (mode {stat.S_IMODE(found.st_mode):04o}); "
            f"make it yours alone: chmod 600 {path}"
        )
