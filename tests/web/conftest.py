"""A person at the pages: signs in, follows links, sends forms, all over the real server."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from html.parser import HTMLParser

import pytest
from starlette.testclient import TestClient

from renkei.commons.access.registry import add_staff
from tests.clocks import Turnable
from tests.connectors.ouranos.conftest import settings, world
from tests.connectors.ouranos.world import PASSWORD, World

__all__ = ["settings", "world"]

STAFF_PASSWORD = "correct-horse-9"


class _Page(HTMLParser):
    """The forms of a page with their fields, its links, and its text."""

    def __init__(self):
        super().__init__()
        self.forms = []
        self.links = []
        self.text = []
        self._select = self._chosen = None
        self._area = None

    def handle_starttag(self, tag, attributes):
        given = dict(attributes)
        if tag == "form":
            self.forms.append({"action": given.get("action", ""), "fields": {}})
        elif tag in {"input", "select", "textarea"} and self.forms and given.get("name"):
            if given.get("type") in {"checkbox", "radio"} and "checked" not in given:
                return
            self._select = given["name"] if tag == "select" else None
            self._chosen = None
            self._area = given["name"] if tag == "textarea" else None
            self._fill(given["name"], given.get("value", ""))
        elif tag == "option" and self._select:
            # A browser chooses the first one where none is marked.
            if "selected" in given or self._select != self._chosen:
                self.forms[-1]["fields"][self._select] = given.get("value", "")
            self._chosen = self._select
        elif tag == "a":
            self.links.append(given.get("href", ""))

    def _fill(self, name, value):
        """A field; one that comes several times has a list of values."""
        fields = self.forms[-1]["fields"]
        if name in fields:
            former = fields[name]
            fields[name] = [*(former if isinstance(former, list) else [former]), value]
        else:
            fields[name] = value

    def handle_endtag(self, tag):
        if tag == "textarea":
            self._area = None

    def handle_data(self, data):
        self.text.append(data)
        if self._area:
            self.forms[-1]["fields"][self._area] += data


@dataclass
class Shown:
    """A page as a person has it before them."""

    status: int
    html: str
    address: str
    page: _Page = field(repr=False)

    @property
    def text(self):
        return re.sub(r"\s+", " ", " ".join(self.page.text))

    def form(self, action, holding=()):
        """The fields of the form with this action (the first that has all the fields in `holding`, if there is one)."""
        found = [dict(one["fields"]) for one in self.page.forms if one["action"] == action]
        return next((one for one in found if set(holding) <= one.keys()), found[0])


class Person:
    """One browser with its cookie."""

    def __init__(self, app, language="en"):
        self.http = TestClient(
            app,
            client=("10.1.2.3", 50_000),
            follow_redirects=True,
            headers={"accept-language": language},
            base_url="http://testserver",
        )
        self.clicks = 0
        self.filled = 0

    def open(self, address):
        return self._shown(self.http.get(address))

    def follow(self, shown, address):
        """Click a link that stands on the page."""
        assert address in shown.page.links, (address, shown.page.links)
        self.clicks += 1
        return self.open(address)

    def look_up(self, shown, action, **fields):
        """Fill in and send a form that only asks (GET)."""
        self.clicks += 1
        self.filled += len(fields)
        return self._shown(self.http.get(action, params=shown.form(action, fields) | fields))

    def send(self, shown, action, **fields):
        """Fill in and send the form with this action that stands on a page."""
        self.clicks += 1
        self.filled += len(fields)
        return self._shown(self.http.post(action, data=shown.form(action, fields) | fields))

    def sign_in(self, email, password=PASSWORD):
        return self.send(self.open("/app/login"), "/app/login", email=email, password=password)

    def _shown(self, answer):
        page = _Page()
        page.feed(answer.text)
        return Shown(answer.status_code, answer.text, answer.url.path, page)


@pytest.fixture
def person(world: World):
    """`person("A社")` signs a new person of that company in (the company is made at first use)."""

    def signed_in(name: str, language: str = "en") -> Person:
        company = world.companies.get(name) or world.company(name)
        found = Person(world.app, language)
        found.company = company
        shown = found.sign_in(f"user{company.operator.operator_key}@example.com")
        assert shown.address == "/app/", shown.text
        return found

    return signed_in


@pytest.fixture
def clock(world, monkeypatch):
    """The server's clock, which a test turns."""
    turned = Turnable()
    monkeypatch.setattr(world.database, "clock", turned)
    return turned


@pytest.fixture
def staff(world):
    """Somebody of the platform's staff, signed in."""
    add_staff(world.context.access, "staff@platform.example", STAFF_PASSWORD)
    somebody = Person(world.app)
    shown = somebody.sign_in("staff@platform.example", STAFF_PASSWORD)
    assert shown.address == "/app/platform", shown.text
    return somebody
