"""Result codes of an STK push with M-Pesa's own wording, and Daraja's refusals."""

from __future__ import annotations

import secrets

from aiohttp import web

RESULTS: dict[int, str] = {
    0: "The service request is processed successfully.",
    1: "The balance is insufficient for the transaction.",
    17: "M-PESA system internal error.",
    26: "System busy. The service request is rejected.",
    1001: "Unable to lock subscriber, a transaction is already in process for the current subscriber",
    1019: "Transaction has expired",
    1025: "An error occurred while sending a push request",
    1032: "Request cancelled by user",
    1037: "DS timeout user cannot be reached",
    2001: "The initiator information is invalid.",
    2028: "The request is not permitted according to product assignment.",
    9999: "An error occurred while sending a push request",
}

# errorCode: (HTTP status, message when the request itself gives none)
ERRORS: dict[str, tuple[int, str]] = {
    "400.002.02": (400, "Bad Request - Invalid Request"),
    "401.003.01": (401, "Error Occurred - Invalid Access Token - Invalid API call as no apiproduct match found"),
    "404.001.03": (404, "Invalid Access Token"),
    "400.008.01": (400, "Invalid Authentication passed"),
    "400.008.02": (400, "Invalid grant type passed"),
    "500.001.1001": (500, "The transaction is being processed"),
    "500.003.02": (429, "System is busy. Please try again in few minutes. Spike arrest violation"),
    "500.003.03": (429, "Quota Violation"),
    "500.003.1001": (500, "Internal Server Error"),
}


class DarajaError(Exception):
    """A refusal with Daraja's errorCode."""

    def __init__(self, code: str, message: str = "") -> None:
        self.code = code
        self.status, known = ERRORS.get(code, (500, "Internal Server Error"))
        self.message = message or known
        super().__init__(f"{code}: {self.message}")

    def response(self) -> web.Response:
        request_id = f"{secrets.randbelow(90_000) + 10_000}-{secrets.randbelow(900_000) + 100_000}-1"
        body = {"requestId": request_id, "errorCode": self.code, "errorMessage": self.message}
        return web.json_response(body, status=self.status)


def invalid(field: str) -> DarajaError:
    return DarajaError("400.002.02", f"Bad Request - Invalid {field}")


def describe(code: int) -> str:
    return RESULTS.get(code, "The transaction failed.")
