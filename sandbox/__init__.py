"""Simulated providers that speak the providers' own protocols: WhatsApp Cloud API, M-Pesa Daraja, and a phone page.

Nothing of the product is imported here: the sandbox is an independent reading of the protocols.
"""

from sandbox.app import build
from sandbox.settings import Merchant, SandboxSettings, SimulatedBusiness, SimulatedCustomer
from sandbox.templates import Template

__all__ = ["Merchant", "SandboxSettings", "SimulatedBusiness", "SimulatedCustomer", "Template", "build"]
