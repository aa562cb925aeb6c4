"""Links: percent-encoded as the specification has it, escaped, and only where there is something to lead to."""

from __future__ import annotations

from dataclasses import replace

import pytest

from commands.links import matrix_link, person, titled
from commands.reply import Text
from storage.programme import Speaker
from tests.small import TALKS


@pytest.mark.parametrize(
    ("identifier", "via", "address"),
    [
        ("#herbert:example.org", "", "https://matrix.to/#/%23herbert%3Aexample.org"),
        ("!room:example.org", "x.org", "https://matrix.to/#/%21room%3Aexample.org?via=x.org"),
        ("!newest", "[2001:db8::1]:8448", "https://matrix.to/#/%21newest?via=%5B2001%3Adb8%3A%3A1%5D%3A8448"),
        ("@ada/lin?=+:example.org", "", "https://matrix.to/#/%40ada%2Flin%3F%3D%2B%3Aexample.org"),
        ('#"><b>:example.org', "", "https://matrix.to/#/%23%22%3E%3Cb%3E%3Aexample.org"),
    ],
)
def test_addresses_in_matrix_are_percent_encoded(identifier: str, via: str, address: str) -> None:
    assert matrix_link(identifier, via) == address


def test_a_speaker_with_a_full_user_id_gets_a_pill_in_html_alone() -> None:
    assert person(Speaker("Ada <King>", "@ada:example.org")) == Text(
        "Ada <King>", '<a href="https://matrix.to/#/%40ada%3Aexample.org">Ada &lt;King&gt;</a>'
    )


@pytest.mark.parametrize("id_", ["", "17", "ada", "@ada", "ada@example.org", "@ada:", "@a da:example.org", "@:x.org"])
def test_any_other_id_of_a_speaker_is_no_account(id_: str) -> None:
    assert person(Speaker("Ada King", id_)) == Text("Ada King", "Ada King")


def test_a_title_leads_to_the_talks_page() -> None:
    talk = replace(TALKS[0], url='https://example.org/talk?a=1&b="2"')
    assert titled(talk) == Text(
        "Opening", '<a href="https://example.org/talk?a=1&amp;b=&#34;2&#34;"><b>Opening</b></a>'
    )


@pytest.mark.parametrize("url", ["", "javascript:alert(1)", "example.org", "matrix:r/herbert:example.org"])
def test_what_is_no_web_address_is_no_link(url: str) -> None:
    assert titled(replace(TALKS[0], url=url)) == Text("Opening", "<b>Opening</b>")
