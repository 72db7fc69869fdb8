"""What the operator's door offers besides publishing: what somebody at the terminal wants of the ads."""

from __future__ import annotations

from ads.desk import Desk
from composition import ad_accounts, advertising
from composition.ad_accounts import Errand
from composition.advertising import Act, Done
from composition.house import House
from web import control


def services(house: House) -> dict[str, control.Asked]:
    """By the name of the service."""

    async def act(asked: Act, _tell: control.Tell) -> Done:
        desk = Desk(house.store, house.vault, house.clock.now, house.runtime.hand_in)
        return await advertising.carried_out(house.store, desk, asked)

    async def errand(asked: Errand, _tell: control.Tell) -> Done:
        return await ad_accounts.run(house.store, house.connecting, house.destinations, asked)

    return {"ads": control.Asked(Act, act), "ad-accounts": control.Asked(Errand, errand)}
