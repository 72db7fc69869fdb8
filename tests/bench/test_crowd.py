"""The customers' books: one reply a message, no more and no less."""

from __future__ import annotations

import hashlib
import hmac
import json

from bench.crowd import Crowd, choices
from bench.house import APP_SECRET


def list_message(to: str) -> bytes:
    rows = [{"id": "x.1.a", "title": "Service 1"}]
    interactive = {"type": "list", "action": {"button": "Choose", "sections": [{"rows": rows}]}}
    return json.dumps({"to": to, "type": "interactive", "interactive": interactive}).encode()


def text_message(to: str, text: str = "✅ You are booked") -> bytes:
    return json.dumps({"to": to, "type": "text", "text": {"body": text}}).encode()


def sent(body: bytes) -> dict[str, object]:
    return json.loads(body)["entry"][0]["changes"][0]["value"]["messages"][0]


def test_a_message_is_signed_and_its_sender_is_new_each_time_while_nobody_has_thought_long_enough():
    crowd = Crowd(2, think=1.0)
    (first, signature), (second, _) = crowd.next(0.0), crowd.next(0.1)
    assert signature == hmac.new(APP_SECRET.encode(), first, hashlib.sha256).hexdigest()
    assert sent(first)["from"] != sent(second)["from"]
    assert crowd.waiting == 2


def test_a_customer_picks_from_the_answer_after_thinking():
    crowd = Crowd(1, think=1.0)
    who = sent(crowd.next(0.0)[0])["from"]
    crowd.hear(list_message(str(who)), 0.02)
    assert sent(crowd.next(0.5)[0])["from"] != who
    tap = sent(crowd.next(1.5)[0])
    assert tap["from"] == who
    assert tap["interactive"] == {"type": "list_reply", "list_reply": {"id": "x.1.a", "title": "Service 1"}}
    assert crowd.replies == [(0.0, 0.02)]


def test_a_second_reply_to_one_message_is_a_double():
    crowd = Crowd(1)
    who = str(sent(crowd.next(0.0)[0])["from"])
    crowd.hear(text_message(who), 0.02)
    crowd.hear(text_message(who), 0.03)
    assert (crowd.doubled, crowd.waiting, crowd.booked, crowd.ended) == (1, 0, 1, 1)


def test_a_message_that_nobody_answers_stays_in_the_books():
    crowd = Crowd(1)
    crowd.next(0.0)
    assert crowd.waiting == 1


def test_a_read_receipt_is_no_reply_and_a_stranger_is_noted():
    crowd = Crowd(1)
    crowd.next(0.0)
    crowd.hear(json.dumps({"status": "read", "message_id": "wamid.in"}).encode(), 0.01)
    assert (crowd.waiting, crowd.strangers) == (1, 0)
    crowd.hear(text_message("254799999999"), 0.01)
    assert crowd.strangers == 1


def test_buttons_come_back_as_button_replies():
    buttons = [{"type": "reply", "reply": {"id": "x.1.yes", "title": "Yes"}}]
    message = {"interactive": {"type": "button", "action": {"buttons": buttons}}}
    assert choices(message) == [("button_reply", {"id": "x.1.yes", "title": "Yes"})]
