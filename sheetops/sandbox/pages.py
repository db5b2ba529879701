"""The pages that people see: a list of the spreadsheets, and each as a grid to edit."""

from __future__ import annotations

from .http import Answer, Request
from .service import Service


def answer(service: Service, request: Request) -> Answer | None:
    """Answer a request for a page; None when it is one for the APIs."""
    del service, request
    return None
