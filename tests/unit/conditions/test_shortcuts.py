"""The kernels in the loop of a close do what the kernels do: same bits, by every code."""

from pathlib import Path

import numpy as np
import pytest

from edgeproof.adapters.storage.library import load_library
from edgeproof.core.kernels import elementwise, history, recursive
from edgeproof.core.kernels.abi import FlagArray, FloatArray, Kernel, compiled
from edgeproof.core.kernels.shortcuts import CALL, EMIT, KERNELS, code_of, run_shortcut
from edgeproof.core.signals.watch import watch_plan

CANDLES = 40
PARAMS = np.array([3.0, 0.25, 4.0, 0.5])


@pytest.mark.parametrize("kernel", KERNELS, ids=lambda kernel: kernel.name)
def test_a_shortcut_candle_by_candle_leaves_what_its_kernel_leaves(kernel: Kernel) -> None:
    rng = np.random.default_rng(3)
    by_call, by_code = _room(), _room()
    wires = np.arange(8)
    if kernel is recursive.smooth:
        wires = np.array([0, 1, 2, 3])  # two lanes: what they read, then what they write
    for candle in range(CANDLES):
        values = np.where(rng.random((8, 1)) < 0.05, np.nan, rng.integers(1, 9, (8, 1)).astype(float))
        words = rng.choice(3, (8, 1), p=(0.45, 0.1, 0.45))
        m = candle % 2
        for numbers, flags, _ in (by_call, by_code):
            numbers[:], flags[:, :1] = values, words
        compiled(kernel)(by_call[0], by_call[1], 1, m, wires, PARAMS, by_call[2])
        run_shortcut(code_of(kernel), by_code[0], by_code[1], m, wires, PARAMS, by_code[2])
        assert [each.tobytes() for each in by_call] == [each.tobytes() for each in by_code]


def _room() -> tuple[FloatArray, FlagArray, FloatArray]:
    return np.zeros((8, 1)), np.zeros((8, 64), np.uint8), np.zeros(64)


def test_codes_tell_kernels_reports_and_calls_apart() -> None:
    codes = [code_of(each) for each in KERNELS]
    assert len({*codes, CALL, EMIT}) == len(KERNELS) + 2
    assert code_of(None) == EMIT
    assert code_of(elementwise.not_equal) == CALL


def test_the_library_needs_few_calls() -> None:
    plan = watch_plan(load_library(Path("nowhere"), ()))
    called = [each for each in plan.operations if code_of(each.kernel) == CALL]
    assert len(called) < len(plan.operations) / 8
    assert history.crosses_above in {each.kernel for each in plan.operations}
