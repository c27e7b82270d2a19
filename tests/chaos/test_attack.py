"""The attack command, for a moment: strangers are answered or let go, and the member goes on."""

from __future__ import annotations

import pytest

from chaos.attack.phases import PHASES
from chaos.attack.report import IDLE, broken_promises, table
from chaos.attack.run import ROOT, Plan, attacked

pytestmark = pytest.mark.embedded
# Decoding the largest pictures takes seconds.
TRIED = [name for name in PHASES if name != "big pictures"]
PLAN = Plan(seconds=0.4, connections=5, pace=10, cards=20, longest_rest=0, phases=TRIED)


def test_strangers_who_try_everything_for_a_moment_get_no_server_error() -> None:
    phases = attacked(ROOT, "sqlite", PLAN)
    assert [phase.name for phase in phases] == [IDLE, *TRIED]
    for phase in phases:
        assert not [status for status in phase.seen if status[0] == "5" and status != "503"], phase
        assert not phase.times.failures, phase
        assert phase.times.read, phase
    assert table(phases).count("\n") == len(phases) + 2
    assert isinstance(broken_promises(phases), list)
