"""How channels stand, in words and figures."""

from edgeproof.services.notifying.view import ChannelView, samples

WELL = ChannelView(
    name="telegram", waiting=0, because="", counts={"delivered": 1_200, "merged": 30, "sending": 1_250, "failed": 20},
    percentiles=(120.0, 250.0, 900.0),
)  # fmt: skip
AWAY = ChannelView(name="email", waiting=3, because="it cannot be reached", counts={"failed": 7}, percentiles=())


def test_words_say_what_was_told_and_how_fast_or_what_is_wrong() -> None:
    assert WELL.words == "1,230 told, p99 900 ms"
    assert AWAY.words == "0 told, 3 waiting, it cannot be reached"


def test_figures_are_by_channel_what_happened_what_waits_and_how_long_it_took() -> None:
    found = {
        (each.name.removeprefix("edgeproof_"), *each.labels.values()): each.value for each in samples([WELL, AWAY])
    }
    assert found == {
        ("deliveries", "telegram", "delivered"): 1_200.0,
        ("deliveries", "telegram", "merged"): 30.0,
        ("deliveries", "telegram", "sending"): 1_250.0,
        ("deliveries", "telegram", "failed"): 20.0,
        ("deliveries_waiting", "telegram"): 0.0,
        ("channel_up", "telegram"): 1.0,
        ("delivery_latency_seconds", "telegram", "0.5"): 0.12,
        ("delivery_latency_seconds", "telegram", "0.9"): 0.25,
        ("delivery_latency_seconds", "telegram", "0.99"): 0.9,
        ("deliveries", "email", "failed"): 7.0,
        ("deliveries_waiting", "email"): 3.0,
        ("channel_up", "email"): 0.0,
    }
