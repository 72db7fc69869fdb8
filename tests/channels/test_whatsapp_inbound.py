"""What a WhatsApp webhook says is read whole, whatever its shape."""

from __future__ import annotations

from copy import deepcopy
from datetime import UTC, datetime

import pytest
import whatsapp_payloads as p
from hypothesis import given, settings
from hypothesis import strategies as st

from channels.whatsapp.inbound import parse
from channels.whatsapp.types import Item, Location, Message


def read(name: str) -> Message:
    parsed = parse(p.arrived(p.MESSAGES[name]))
    assert not parsed.problems
    (message,) = parsed.messages
    return message


@pytest.mark.parametrize(
    ("name", "kind", "text"),
    [
        ("text", "text", "Habari, naomba nafasi 😀 kesho"),
        ("button", "choice", "Ndiyo"),
        ("list row", "choice", "Fri 10:00"),
        ("template button", "choice", "I will come"),
        ("form", "form", "Sent"),
        ("broken interactive", "broken", ""),
        ("image", "image", "this"),
        ("video", "video", ""),
        ("document", "document", ""),
        ("voice", "audio", ""),
        ("sticker", "sticker", ""),
        ("location", "location", "Yaya"),
        ("contacts", "contacts", ""),
        ("reaction", "reaction", ""),
        ("order", "order", "asap"),
        ("unsupported", "unsupported", ""),
        ("edit", "edit", "Saturday instead"),
        ("edit of a caption", "edit", "the left one"),
        ("revoke", "revoke", ""),
        ("changed number", "system", ""),
    ],
)
def test_every_type_has_its_kind_and_its_words(name: str, kind: str, text: str) -> None:
    message = read(name)
    assert (message.kind, message.text) == (kind, text)
    assert message.id == "wamid.in1"
    assert message.at == datetime(2025, 11, 21, 4, 40, tzinfo=UTC)
    assert message.sender.phone == p.PHONE
    assert message.sender.name == "Wanjiku Kamau"
    assert message.number.id == "106540352242922"
    assert message.number.account == "102290129340398"
    assert message.raw == p.MESSAGES[name]


def test_a_tap_carries_our_id_and_where_it_was_tapped() -> None:
    assert [(m.picked.id, m.picked.by) for m in map(read, ("button", "list row", "template button")) if m.picked] == [
        ("0123456789.3.yes", "button"),
        ("0123456789.4.s2", "list"),
        ("CONFIRM", "template"),
    ]


def test_a_form_is_read_with_and_without_its_token() -> None:
    with_token, without = read("form").form, read("form without token").form
    assert with_token
    assert (with_token.token, with_token.values) == ("t1", {"name": "Ali"})
    assert without
    assert (without.token, without.values) == ("", {"name": "Ali"})


@pytest.mark.parametrize("answer", ["not json", "[1]", "", "null", '"x"', "{" * 5000])
def test_a_form_with_unreadable_answers_is_kept_as_such(answer: str) -> None:
    broken = deepcopy(p.MESSAGES["form"])
    broken["interactive"]["nfm_reply"]["response_json"] = answer
    (message,) = parse(p.arrived(broken)).messages
    assert message.form is not None
    assert message.form.values == {}


def test_a_reaction_is_taken_back_by_an_empty_emoji_or_by_none() -> None:
    reactions = [read(name) for name in ("reaction", "reaction taken back", "reaction taken back without key")]
    assert [(m.target, m.emoji) for m in reactions] == [("wamid.ours", "👍🏿"), ("wamid.ours", ""), ("wamid.ours", "")]


def test_edits_and_revokes_name_the_message_that_they_are_about() -> None:
    assert [read(name).target for name in ("edit", "edit of a caption", "revoke")] == ["wamid.first"] * 3


def test_an_edit_of_an_edit_of_an_edit_does_not_dig_for_ever() -> None:
    item: dict[str, object] = {"type": "text", "text": {"body": "deep"}}
    for _ in range(3000):
        item = {"type": "edit", "edit": {"original_message_id": "x", "message": item}}
    (message,) = parse(p.arrived({**item, "id": "wamid.in1"})).messages
    assert message.kind == "edit"
    assert message.text == ""


def test_a_referral_keeps_the_click_id_and_does_without_it() -> None:
    ad, post = read("text from an ad").referral, read("text from a post without click id").referral
    assert ad
    assert ad.ctwa_clid == "Aff-n8ZTODiE79d22KtAwQKj9e"
    assert (ad.source_type, ad.media_url) == ("ad", "https://scontent.example/t45.1.jpg")
    assert post
    assert post.ctwa_clid == ""
    assert post.headline == "Chat with us"


def test_a_broken_interactive_takes_the_error_that_stands_beside_it() -> None:
    errors = [{"code": 131000, "title": "Something went wrong"}]
    payload = p.envelope(p.value(contacts=[p.contact()], messages=[p.MESSAGES["broken interactive"]], errors=errors))
    (message,) = parse(payload).messages
    assert message.kind == "broken"
    assert message.problems[0].code == 131000


def test_places_orders_and_cards_are_read_field_by_field() -> None:
    assert read("location pin").location == Location(latitude=-1.0, longitude=36.8219)
    order = read("order").order
    assert order
    assert order.items == (Item(product="di9ozbzfi4", quantity=2, price="30.5", currency="KES"),)
    (card,) = read("contacts").cards
    assert (card.name, card.wa_ids, card.emails) == ("Otieno Odhiambo", ("254733111222",), ("otieno@example.com",))


def test_a_person_without_a_phone_is_known_by_the_user_id() -> None:
    item = {k: v for k, v in p.MESSAGES["text"].items() if k != "from"}
    person = {k: v for k, v in p.contact(parent_user_id="KE.ENT.5").items() if k != "wa_id"}
    (message,) = parse(p.arrived(item, contacts=[person])).messages
    assert message.sender.phone == ""
    assert (message.sender.key, message.sender.parent_user_id, message.sender.username) == (
        p.USER,
        "KE.ENT.5",
        "wanjiku",
    )


def test_a_user_id_is_never_taken_for_a_phone() -> None:
    item = {**p.MESSAGES["text"], "from": "KE.254712345678"}
    (message,) = parse(p.arrived(item, contacts=[])).messages
    assert message.sender.phone == ""


def test_several_people_in_one_value_are_told_apart() -> None:
    other = {"wa_id": "255700000009", "user_id": "TZ.9", "profile": {"name": "Juma"}}
    theirs = {**p.MESSAGES["text"], "id": "wamid.in2", "from": "255700000009", "from_user_id": "TZ.9"}
    parsed = parse(p.arrived(p.MESSAGES["text"], theirs, contacts=[p.contact(), other]))
    assert [m.sender.name for m in parsed.messages] == ["Wanjiku Kamau", "Juma"]
    parsed = parse(p.arrived(theirs, contacts=[p.contact()]))
    assert parsed.messages[0].sender.name == ""


def test_every_entry_and_change_of_a_post_is_read() -> None:
    first, second = p.arrived(p.MESSAGES["text"]), p.reported(p.STATUSES["read"], p.STATUSES["sent"])
    second["entry"][0]["changes"][0]["value"]["metadata"]["phone_number_id"] = "77"
    both = {**first, "entry": first["entry"] + second["entry"]}
    parsed = parse(both)
    assert [m.number.id for m in parsed.messages] == ["106540352242922"]
    assert [(s.status, s.number.id) for s in parsed.statuses] == [("read", "77"), ("sent", "77")]


def test_statuses_carry_price_reference_and_errors() -> None:
    sent, failed = parse(p.reported(p.STATUSES["sent"], p.STATUSES["failed"])).statuses
    assert sent.ref == "ref.0"
    assert sent.free_entry_until is not None
    assert sent.pricing
    assert (sent.pricing.billable, sent.pricing.category) == (True, "service")
    assert failed.problems[0].code == 131047
    assert failed.problems[0].details == "More than 24 hours have passed"


def test_a_group_status_counts_once_a_participant() -> None:
    def of(user: str) -> dict[str, object]:
        return p.status("read", recipient_type="group", recipient_participant_user_id=user)

    one, two = parse(p.reported(of("KE.1"), of("KE.2"))).statuses
    assert one.group
    assert one.key != two.key


def test_unknown_types_and_fields_are_kept_raw() -> None:
    unknown = p.message("hologram", hologram={"depth": 3})
    (message,) = parse(p.arrived(unknown)).messages
    assert message.kind == "unknown"
    assert message.raw == unknown
    notices = parse(p.envelope({"event": "APPROVED"}, field="message_template_status_update")).others
    assert notices[0].known
    assert notices[0].value == {"event": "APPROVED"}
    assert not parse(p.envelope({"a": 1}, field="from_the_future")).others[0].known


def test_what_cannot_be_read_is_listed_with_its_place() -> None:
    payload = p.arrived({"type": "text"}, p.MESSAGES["text"])
    parsed = parse(payload)
    assert len(parsed.messages) == 1
    assert parsed.problems[0].where == "entry[0].changes[0].value.messages[0]"


_json = st.recursive(
    st.none()
    | st.booleans()
    | st.integers()
    | st.floats()
    | st.text(max_size=8)
    | st.sampled_from(["text", "messages"]),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=5), inner, max_size=3),
    max_leaves=8,
)


@settings(max_examples=150, deadline=None)
@given(_json)
def test_no_json_makes_the_parser_raise(payload: object) -> None:
    parse(payload)


@settings(max_examples=400, deadline=None)
@given(st.data())
def test_no_damage_to_a_real_payload_makes_the_parser_raise(data: st.DataObject) -> None:
    """Any place of any real payload replaced by any JSON."""
    sources = [*map(p.arrived, p.MESSAGES.values()), *map(p.reported, p.STATUSES.values())]
    payload = deepcopy(data.draw(st.sampled_from(sources)))
    node: object = payload
    while True:
        place = data.draw(st.sampled_from(sorted(node) if isinstance(node, dict) else range(len(node))))  # type: ignore[arg-type, type-var]
        inner = node[place]  # type: ignore[index]
        if isinstance(inner, (dict, list)) and inner and data.draw(st.integers(0, 4)):
            node = inner
            continue
        node[place] = data.draw(_json)  # type: ignore[index]
        break
    parse(payload)
