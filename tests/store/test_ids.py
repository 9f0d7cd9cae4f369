from __future__ import annotations

from uuid import UUID

from hypothesis import given
from hypothesis import strategies as st

from audiokit.store.ids import new_id

_MOMENTS_NS = st.integers(0, (1 << 48) * 1_000_000 - 1)
_RANDOM = st.integers(0, 2**62 - 1)


@given(clock_ns=_MOMENTS_NS, random=_RANDOM)
def test_an_id_is_a_uuid_of_version_7_that_holds_its_millisecond(clock_ns: int, random: int) -> None:
    made = UUID(hex=new_id(clock_ns=lambda: clock_ns, random_bits=lambda _: random))

    assert (made.version, made.variant) == (7, "specified in RFC 4122")
    assert made.int >> 80 == clock_ns // 1_000_000
    assert made.int & (2**62 - 1) == random


@given(clock_ns=_MOMENTS_NS.filter(lambda ns: ns > 250), random=st.tuples(_RANDOM, _RANDOM))
def test_ids_made_250_ns_apart_sort_in_the_order_they_were_made(clock_ns: int, random: tuple[int, int]) -> None:
    earlier = new_id(clock_ns=lambda: clock_ns - 250, random_bits=lambda _: random[0])
    later = new_id(clock_ns=lambda: clock_ns, random_bits=lambda _: random[1])

    assert earlier < later
    assert len(later) == 32


def test_the_example_of_the_standard_comes_out() -> None:
    """RFC 9562, appendix A.6: its rand_a of 0xCC3 as a fraction of the millisecond."""
    clock_ns = 0x017F22E279B0 * 1_000_000 + (0xCC3 * 1_000_000 >> 12) + 1

    made = new_id(clock_ns=lambda: clock_ns, random_bits=lambda _: 0x18C4DC0C0C07398F)

    assert str(UUID(hex=made)) == "017f22e2-79b0-7cc3-98c4-dc0c0c07398f"


def test_ids_made_in_one_go_differ() -> None:
    assert len({new_id() for _ in range(1000)}) == 1000
