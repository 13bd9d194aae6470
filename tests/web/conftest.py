"""A person at the pages: signs in, follows links, sends forms, all over the real server."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from html.parser import HTMLParser

import pytest
from starlette.testclient import TestClient

from tests.connectors.ouranos.conftest import settings, world
from tests.connectors.ouranos.world import PASSWORD, World

__all__ = ["settings", "world"]


class _Page(HTMLParser):
    """The forms of a page with their fields, its links, and its text."""

    def __init__(self):
        super().__init__()
        self.forms = []
        self.links = []
        self.text = []

    def handle_starttag(self, tag, attributes):
        given = dict(attributes)
        if tag == "form":
            self.forms.append({"action": given.get("action", ""), "fields": {}})
        elif tag in {"input", "select", "textarea"} and self.forms and given.get("name"):
            if given.get("type") in {"checkbox", "radio"} and "checked" not in given:
                return
            self.forms[-1]["fields"][given["name"]] = given.get("value", "")
        elif tag == "a":
            self.links.append(given.get("href", ""))

    def handle_data(self, data):
        self.text.append(data)


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

    def form(self, action):
        return next(dict(one["fields"]) for one in self.page.forms if one["action"] == action)


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

    def open(self, address):
        return self._shown(self.http.get(address))

    def send(self, shown, action, **fields):
        """Fill in and send the form with this action that stands on a page."""
        return self._shown(self.http.post(action, data=shown.form(action) | fields))

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
