"""E-mail to the people who work here: by SMTP where a server is named, else printed for whoever runs this one."""

from __future__ import annotations

import asyncio
import smtplib
import ssl
from email.message import EmailMessage
from email.utils import formatdate, make_msgid
from typing import Protocol

import structlog

log = structlog.get_logger("mail")
SECONDS = 20


class Mailer(Protocol):
    async def send(self, to: str, subject: str, text: str) -> None:
        """Raises OSError or smtplib.SMTPException when it could not be handed over."""
        ...


class Printed:
    """For development: the letter goes to the terminal."""

    async def send(self, to: str, subject: str, text: str) -> None:
        print(f"\n--- e-mail to {to}: {subject}\n{text}\n---", flush=True)


class Smtp:
    """One letter, one connection: these are few. TLS always, implicit on port 465, else STARTTLS."""

    def __init__(self, host: str, port: int, sender: str, user: str = "", password: str = "", tls: bool = True) -> None:
        self._host, self._port, self._sender = host, port, sender
        self._user, self._password, self._tls = user, password, tls

    async def send(self, to: str, subject: str, text: str) -> None:
        message = EmailMessage()
        message["From"], message["To"], message["Subject"] = self._sender, to, subject
        message["Date"], message["Message-ID"] = formatdate(), make_msgid(domain=self._sender.rpartition("@")[2])
        message.set_content(text)
        await asyncio.to_thread(self._hand_over, message)
        log.info("mail_sent", subject=subject)

    def _hand_over(self, message: EmailMessage) -> None:
        context = ssl.create_default_context()
        if self._tls and self._port == 465:
            with smtplib.SMTP_SSL(self._host, self._port, timeout=SECONDS, context=context) as server:
                self._deliver(server, message)
            return
        with smtplib.SMTP(self._host, self._port, timeout=SECONDS) as server:
            if self._tls:
                server.starttls(context=context)
            self._deliver(server, message)

    def _deliver(self, server: smtplib.SMTP, message: EmailMessage) -> None:
        if self._user:
            server.login(self._user, self._password)
        server.send_message(message)
