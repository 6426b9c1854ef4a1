"""Where notifications meet their adapters: the channels of the settings, and who tells them."""

from collections.abc import Callable, Iterator
from pathlib import Path

import numpy as np

from edgeproof.adapters.clock import SystemClock
from edgeproof.config import Settings
from edgeproof.config.notify import ChannelSettings, NotifySettings
from edgeproof.ports import Journal
from edgeproof.ports.channels import Channel
from edgeproof.services.notifying.dispatch import Dispatcher, Telling
from edgeproof.services.notifying.policy import ChannelPolicy
from edgeproof.services.plan import Messenger
from edgeproof.services.watch_only import NobodyIsTold


def messenger_of(settings: Settings, config: Path, journal: Journal, tell: Callable[[str], None]) -> Messenger:
    """Who tells people, over all channels of the settings; nobody where there is none."""
    channels = tuple(open_channels(settings.notify, config))
    if not channels:
        return NobodyIsTold()
    rng = np.random.default_rng()  # noqa: TID251 - pauses must differ from one process to the next
    telling = Telling(
        channels=tuple((each, policy_of(settings.notify, each.name)) for each in channels),
        clock=SystemClock(),
        share=rng.random,
        repeat_after=settings.notify.repeat_after,
    )
    return Dispatcher(telling, journal, tell)


def policy_of(settings: NotifySettings, name: str) -> ChannelPolicy:
    """What a channel is told, by the settings."""
    channel = settings.channels()[name]
    return ChannelPolicy(
        topics={**settings.topics, **channel.topics},
        least=channel.least,
        quiet=settings.quiet_hours,
        budget=channel.budget,
        fallback=channel.fallback,
        fallback_after=settings.fallback_after,
        keep_for=settings.keep_for,
    )


def open_channels(settings: NotifySettings, config: Path) -> Iterator[Channel]:
    """The channels that are set up.

    Raises
    ------
    InputError
        A secret is not where the settings say it is, or a library that a channel needs is not installed.
    """
    for name, channel in settings.channels().items():
        yield open_channel(name, channel, config)


def open_channel(name: str, settings: ChannelSettings, config: Path) -> Channel:
    """One channel by its settings."""
    raise NotImplementedError
