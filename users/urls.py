"""Addresses below `/api/v1/auth/`."""

from django.urls import path

from users.views import accounts, cookies, factors, oauth, passkeys, service_tokens, tokens
from users.views.endpoints import view_of

urlpatterns = [
    path("register", view_of(accounts.register)),
    path("verify-email", view_of(accounts.verify_email)),
    path("verify-email/confirm", view_of(accounts.confirm_email)),
    path("password-reset", view_of(accounts.ask_for_reset)),
    path("password-reset/confirm", view_of(accounts.confirm_password_reset)),
    path("password-change", view_of(accounts.change_own_password)),
    path("email-change", view_of(accounts.change_email)),
    path("email-change/confirm", view_of(accounts.confirm_email_change)),
    path("otp", view_of(accounts.ask_for_sign_in_code)),
    path("otp/confirm", view_of(accounts.sign_in_by_code)),
    path("token", view_of(tokens.sign_in)),
    path("token/refresh", view_of(tokens.refresh)),
    path("cookie", view_of(cookies.refresh_by_cookie, cookies.sign_out_by_cookie)),
    path("token/second-factor", view_of(factors.sign_in_by_second_factor)),
    path("totp", view_of(factors.view_totp, factors.begin_totp, factors.remove_totp)),
    path("totp/confirm", view_of(factors.confirm_totp)),
    path("totp/recovery-codes", view_of(factors.replace_recovery_codes)),
    path("step-up", view_of(factors.prove_again)),
    # Beside the resource of the same name: only POSTs, as a record is never posted to.
    path("passkeys/options", view_of(passkeys.begin_passkey)),
    path("passkeys/register", view_of(passkeys.register_passkey)),
    path("passkeys/sign-in/options", view_of(passkeys.begin_passkey_sign_in)),
    path("passkeys/sign-in", view_of(passkeys.sign_in_by_passkey)),
    path("providers", view_of(oauth.list_providers)),
    path("oauth/<str:provider>/authorize", view_of(oauth.authorize_by_provider)),
    path("oauth/<str:provider>/callback", view_of(oauth.hear_provider, oauth.take_providers_form)),
    path("oauth/<str:provider>/token", view_of(oauth.sign_in_by_provider)),
    path("oauth/<str:provider>/link", view_of(oauth.link_provider)),
    path("logout", view_of(tokens.sign_out)),
    path("service-token", view_of(service_tokens.trade_key)),
]
