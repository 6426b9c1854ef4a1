"""Everything else there is, through the library apprise: one URL a receiver, each of them a secret."""

import asyncio
from typing import Any

from edgeproof.adapters.notify import words
from edgeproof.adapters.notify.picture import picture
from edgeproof.adapters.notify.silence import unlogged
from edgeproof.adapters.notify.taken import Taken
from edgeproof.core.model.errors import ChannelError, InputError
from edgeproof.core.model.message import Severity
from edgeproof.core.model.secret import SecretText
from edgeproof.ports.channels import Outgoing, Traits

_TYPES = {Severity.INFO: "info", Severity.WARNING: "warning", Severity.CRITICAL: "failure"}


class AppriseChannel:
    """A `Channel` to all of `urls`. apprise says whether it worked and not why, so that every failure is passing.

    Raises
    ------
    InputError
        apprise does not understand an URL, or the extra is not installed.
    """

    def __init__(self, urls: tuple[SecretText, ...], *, timeout: float = 30.0) -> None:
        self._services = [_service(url, number) for number, url in enumerate(urls, start=1)]
        self._timeout = timeout
        self._taken = Taken()

    @property
    def name(self) -> str:
        """As in the settings."""
        return "apprise"

    @property
    def traits(self) -> Traits:
        """What nearly every service takes."""
        return Traits(per_second=0.5, burst=3)

    async def send(self, outgoing: Outgoing) -> str:
        """Send to those who do not have it yet; "" since apprise tells no names."""
        chart = await picture(outgoing)
        message_id = outgoing.message.id
        waiting = [each for each in range(len(self._services)) if str(each) not in self._taken.of(message_id)]
        try:
            with unlogged():
                await asyncio.wait_for(asyncio.to_thread(self._tell, waiting, outgoing, chart), self._timeout)
        except TimeoutError:
            # The thread goes on by itself and notes who has it after all.
            raise ChannelError(f"apprise: no end within {self._timeout:g} s", may_have_arrived=True) from None
        missing = [each for each in waiting if str(each) not in self._taken.of(message_id)]
        if missing:
            names = ", ".join(f"number {each + 1} ({_kind(self._services[each])})" for each in missing)
            raise ChannelError(
                f"apprise: not taken by {names}; it does not say why: check the URL, or try it with apprise itself",
                may_have_arrived=True,
            )
        self._taken.forget(message_id)
        return ""

    def _tell(self, waiting: list[int], outgoing: Outgoing, chart: bytes | None) -> None:
        for each in waiting:
            if _notified(self._services[each], outgoing, chart):
                self._taken.note(outgoing.message.id, str(each))

    async def edit(self, receipt: str, outgoing: Outgoing) -> str:
        """Nothing that was sent can be changed."""
        raise ChannelError(f"apprise: what was sent cannot be changed ({receipt})", blame="message")

    async def test(self) -> str:
        """The services there are; whether they work shows only when something is sent."""
        names = ", ".join(_kind(each) for each in self._services)
        return f"apprise understands {len(self._services)} of {len(self._services)} URLs ({names}); none was tried"

    async def close(self) -> None:
        """Nothing is held open."""


def _service(url: SecretText, number: int) -> Any:  # noqa: ANN401 - an extra: typed as whether it is there
    try:
        import apprise  # noqa: PLC0415 - an extra
    except ImportError as error:
        raise InputError("[notify.apprise] needs the library apprise: pip install 'edgeproof[notify]'") from error
    service = apprise.Apprise()
    with unlogged():
        is_known = service.add(url.shown())
    if not is_known or len(service) != 1:
        raise InputError(
            f"the secret behind URL number {number} of [notify.apprise] is not one URL that apprise understands, such "
            "as ntfys://TOPIC or pover://USER@TOKEN"
        )
    return service


def _kind(service: Any) -> str:  # noqa: ANN401 - see above
    return words.one_line(str(getattr(service[0], "service_name", None) or "service"))


def _notified(service: Any, outgoing: Outgoing, chart: bytes | None) -> bool:  # noqa: ANN401 - see above
    from apprise import NotifyFormat  # noqa: PLC0415 - an extra
    from apprise.attachment.memory import AttachMemory  # noqa: PLC0415 - an extra

    picture_of = None if chart is None else AttachMemory(content=chart, name="chart.png", mimetype="image/png")
    try:
        return bool(
            service.notify(
                body=words.plain(outgoing, with_title=False) or words.title(outgoing),
                title=words.title(outgoing),
                notify_type=_TYPES[outgoing.message.severity],
                body_format=NotifyFormat.TEXT,
                attach=picture_of,
            )
        )
    except Exception:  # noqa: BLE001 - a hundred services, each with errors of its own, some with the URL inside
        return False
