"""Inquiries on the pages: asked for past the direct supplier, passed on, granted without a name, refused without a trace."""

from __future__ import annotations

import pytest

from tests.web.test_understanding import a, b, bought

__all__ = ["a", "b", "bought"]


@pytest.fixture
def behind(world, b, bought):
    """B社 makes 鋼板B of what C社 supplies."""
    *_, own = bought
    c = world.company("C社")
    _, (ore,) = b.make_structure("鋼板B", b.child("鉱石", 1), traceId=own)
    trade, _ = b.ask(c, ore)
    product = c.make_part("鉱石C")
    c.link(trade, product)
    c.state(product, cfp=(3, 2, 0, 0))
    world.settle()
    return c


def links(page, beginning):
    return [link for link in page.page.links if link.startswith(beginning)]


def test_asked_passed_on_granted_without_a_name_and_taken_back(world, person, bought, behind):
    maker, first, second = person("A社"), person("B社"), person("C社")
    sent = maker.open("/app/requests?side=sent")
    request = maker.follow(sent, links(sent, "/app/requests/")[0])
    form = maker.follow(request, f"{request.address}/inquire")
    empty = maker.send(form, f"{request.address}/inquire", attributes=[], message="鉱山まで知りたい。")
    assert (empty.status, "鉱山まで知りたい。" in empty.text) == (422, True)
    asked = maker.send(
        empty, f"{request.address}/inquire", attributes=["total", "pds"], purpose="eu_battery_art_48"
    )
    assert all(one in asked.text for one in ("The inquiry has been sent.", "Article 48", "Nothing yet."))
    world.settle()

    home = first.open("/app/")
    listed = first.follow(home, "/app/inquiries")
    assert all(one in listed.text for one in ("A社", "Not decided", "Primary data share"))
    put = first.follow(listed, links(listed, "/app/received-inquiries/")[0])
    assert "鉱山まで知りたい。" in put.text
    passed = first.send(put, f"{put.address}/pass-on")
    assert "Passed on" in passed.text
    world.settle()

    put = second.follow(listed := second.open("/app/inquiries"), links(listed, "/app/received-inquiries/")[0])
    assert all(
        one in put.text for one in ("A社 asks for more", "Your customer B社 has passed it on", "鉱石C")
    )
    late = second.send(put, f"{put.address}/grant", attributes=["total"], valid_until="2001-01-01")
    assert late.status == 422
    granted = second.send(put, f"{put.address}/grant", attributes=["total"], named="no")
    assert "It is disclosed to who asked." in granted.text
    world.settle()

    back = maker.open(asked.address)
    assert all(one in back.text for one in ("A supplier behind", "5 kgCO₂e/kg"))
    assert "C社" not in back.text
    disclosure = second.open(links(second.open("/app/disclosures"), "/app/disclosures/")[0])
    second.send(second.open(f"{disclosure.address}/withdraw"), f"{disclosure.address}/withdraw")
    world.settle()
    gone = maker.open(asked.address).text
    assert "It has been taken back." in gone
    assert "5 kgCO₂e/kg" not in gone


def test_a_refusal_shows_nowhere(world, person, bought):
    maker, first = person("A社"), person("B社")
    sent = maker.open("/app/requests?side=sent")
    request = links(sent, "/app/requests/")[0]
    asked = maker.send(maker.open(f"{request}/inquire"), f"{request}/inquire", attributes=["categories"])
    world.settle()
    before = maker.open(asked.address).html
    listed = first.open("/app/inquiries")
    put = first.open(links(listed, "/app/received-inquiries/")[0])
    assert "Refused" in first.send(put, f"{put.address}/refuse", reason="社外秘").text
    world.settle()
    assert maker.open(asked.address).html == before
    assert "inquiries wait" not in first.open("/app/").text


def test_nobody_opens_the_inquiry_of_another(world, person, bought):
    maker, first = person("A社"), person("B社")
    request = links(maker.open("/app/requests?side=sent"), "/app/requests/")[0]
    asked = maker.send(maker.open(f"{request}/inquire"), f"{request}/inquire", attributes=["pds"])
    world.settle()
    put = links(first.open("/app/inquiries"), "/app/received-inquiries/")[0]
    assert first.open(asked.address).status == 404
    assert maker.open(put).status == 404
    assert first.open(f"{request}/inquire").status == 200
    refused = first.send(first.open(f"{request}/inquire"), f"{request}/inquire", attributes=["pds"])
    assert refused.status == 422
