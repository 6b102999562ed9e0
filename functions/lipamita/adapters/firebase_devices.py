"""The accounts of boards, in Firebase Auth."""

from __future__ import annotations

from firebase_admin import App, auth
from firebase_admin.exceptions import FirebaseError

from lipamita.domain.errors import BusyError, ConfigurationError
from lipamita.domain.ids import Uid
from lipamita.domain.meter import Role
from lipamita.use_cases.claim_ports import DeviceAccount, DeviceNetwork


class FirebaseDevices:
    """Implements use_cases.claim_ports.Devices."""

    def __init__(self, app: App, network: DeviceNetwork) -> None:
        self._app = app
        self._network = network

    def network(self) -> DeviceNetwork:
        if not self._network.api_key:
            raise ConfigurationError(
                "configuration", "DEVICE_API_KEY is not set", field="DEVICE_API_KEY"
            )
        return self._network

    def put_account(self, account: DeviceAccount) -> None:
        try:
            self._put(account)
        except (ValueError, FirebaseError) as error:
            raise BusyError("busy", "the account could not be made; try again") from error

    def shut_out(self, uid: Uid) -> None:
        try:
            auth.update_user(uid, disabled=True, app=self._app)
            auth.revoke_refresh_tokens(uid, app=self._app)
        except auth.UserNotFoundError:
            return
        except (ValueError, FirebaseError) as error:
            raise BusyError("busy", "the former board could not be shut out; try again") from error

    def _put(self, account: DeviceAccount) -> None:
        facts = {"email": account.email, "password": account.password, "disabled": False}
        try:
            auth.create_user(uid=account.uid, app=self._app, **facts)
        except auth.UidAlreadyExistsError:
            auth.update_user(account.uid, app=self._app, **facts)
        claims = {"role": Role.METER.value, "meter_id": account.meter_id}
        auth.set_custom_user_claims(account.uid, claims, app=self._app)
