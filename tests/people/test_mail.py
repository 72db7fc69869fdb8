"""Letters reach a mail server as it expects them, and are printed where there is none."""

from __future__ import annotations

import asyncio
from email import message_from_bytes
from email.policy import default
from pathlib import Path

import pytest

from composition.settings import read
from composition.settings_error import SettingsError
from people.mail import Printed, Smtp


class Received:
    """A mail server of the smallest kind (RFC 5321): it takes one letter after the other."""

    def __init__(self) -> None:
        self.lines: list[str] = []
        self.data = b""

    async def talk(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        writer.write(b"220 here\r\n")
        while line := (await reader.readline()).decode().strip():
            self.lines.append(line)
            word = line.split(" ")[0].upper()
            if word == "DATA":
                writer.write(b"354 go on\r\n")
                self.data = await reader.readuntil(b"\r\n.\r\n")
            writer.write(b"221 bye\r\n" if word == "QUIT" else b"250 fine\r\n")
            if word == "QUIT":
                break
        writer.close()


async def test_a_letter_arrives_with_its_words() -> None:
    received = Received()
    server = await asyncio.start_server(received.talk, "127.0.0.1", 0)
    port = server.sockets[0].getsockname()[1]
    await Smtp("127.0.0.1", port, "hello@aais.example", tls=False).send("ann@x.ke", "Karibu", "Habari 👋\nhttp://x")
    letter = message_from_bytes(received.data, policy=default)
    assert (letter["To"], letter["Subject"]) == ("ann@x.ke", "Karibu")
    assert "Habari 👋" in letter.get_content()
    server.close()


async def test_a_mail_server_that_is_not_there_is_said() -> None:
    with pytest.raises(OSError):
        await Smtp("127.0.0.1", 1, "hello@aais.example", tls=False).send("ann@x.ke", "Karibu", "x")


async def test_without_a_mail_server_letters_are_printed(capsys: pytest.CaptureFixture[str]) -> None:
    await Printed().send("ann@x.ke", "Karibu", "the link")
    assert "the link" in capsys.readouterr().out


@pytest.mark.parametrize(("url", "sender", "said"), [
    ("mail.example", "a@b.ke", "SMTP_URL"), ("smtp://host:port", "a@b.ke", "SMTP_URL"),
    ("smtps://u:p@mail.example", "nobody", "MAIL_FROM"),
])  # fmt: skip
def test_a_mail_setting_that_cannot_be_is_said_at_start(tmp_path: Path, url: str, sender: str, said: str) -> None:
    with pytest.raises(SettingsError, match=said):
        read({"DATA_DIR": str(tmp_path), "SMTP_URL": url, "MAIL_FROM": sender}, demo=True)
    good = {"DATA_DIR": str(tmp_path), "SMTP_URL": "smtps://u:p%40ss@mail.example", "MAIL_FROM": "a@b.ke"}
    smtp = read(good, demo=True).smtp
    assert smtp is not None
    assert (smtp.host, smtp.port, smtp.user, smtp.password) == ("mail.example", 465, "u", "p@ss")
