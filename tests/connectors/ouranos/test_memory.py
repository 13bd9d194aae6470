"""Pieces of answers that are remembered: after every change the same as what is put together anew."""

from __future__ import annotations

from collections.abc import Callable

from tests.connectors.ouranos.world import Company, World


def looks(world: World, look: Callable[[], bytes]) -> bytes:
    """What `look` shows from memory, twice; it must be what a server shows that remembers nothing."""
    warm = look()
    assert look() == warm
    world.context.remembered._values.clear()
    assert look() == warm
    return warm


def test_what_is_remembered_follows_every_change(world: World, a: Company, b: Company, c: Company) -> None:
    root, (bought,) = a.make_structure("P", a.child("B1"))
    own = b.make_part("OWN")

    def cfp() -> bytes:
        return looks(world, lambda: a.get("cfp", traceIds=f"{root},{bought}").content)

    def received() -> bytes:
        return looks(world, lambda: b.get("tradeResponse").content)

    seen: list[tuple[bytes, bytes]] = [(cfp(), received())]

    def after(change: Callable[[], object]) -> None:
        """Each change shows in one of the answers, and leaves nothing old in the other."""
        change()
        world.settle()
        now = (cfp(), received())
        assert now != seen[-1]
        seen.append(now)

    cfp_id = a.state(root)
    after(lambda: None)
    trade_id, status_id = a.ask(b, bought)
    after(lambda: None)
    after(lambda: b.link(trade_id, own))
    after(lambda: b.state(own))
    after(lambda: b.release(a, own))
    after(lambda: a.state(root, cfp=(3, 10, 0, 0), cfp_id=cfp_id))
    after(lambda: b.release(a, own, total=False))
    after(lambda: b.release(a, own, total=False, quality=False))
    after(
        lambda: a.make_structure("P", a.child("B1", partsAddInfo1="新しい情報", traceId=bought), traceId=root)
    )
    status = {"statusId": status_id, "tradeId": trade_id, "requestStatus": {"cfpResponseStatus": "REJECT"}}
    after(lambda: b.put("status", status | {"replyMessage": "差し戻し", "requestType": "CFP"}))
    assert looks(world, lambda: c.get("cfp", traceIds=f"{root},{bought}").content) == b"[]"
    assert looks(world, lambda: c.get("tradeResponse").content) == b"[]"
