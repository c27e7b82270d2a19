"""Addresses below `/api/v1/auth/`."""

from django.urls import path

from users.views import accounts, factors, oauth, passkeys, service_tokens, tokens

urlpatterns = [
    path("register", accounts.RegisterView.as_view()),
    path("verify-email", accounts.VerifyEmailView.as_view()),
    path("verify-email/confirm", accounts.VerifyEmailConfirmView.as_view()),
    path("password-reset", accounts.PasswordResetView.as_view()),
    path("password-reset/confirm", accounts.PasswordResetConfirmView.as_view()),
    path("password-change", accounts.PasswordChangeView.as_view()),
    path("email-change", accounts.EmailChangeView.as_view()),
    path("email-change/confirm", accounts.EmailChangeConfirmView.as_view()),
    path("otp", accounts.OtpView.as_view()),
    path("otp/confirm", accounts.OtpConfirmView.as_view()),
    path("token", tokens.TokenView.as_view()),
    path("token/refresh", tokens.RefreshView.as_view()),
    path("token/second-factor", factors.SecondFactorView.as_view()),
    path("totp", factors.TotpView.as_view()),
    path("totp/confirm", factors.TotpConfirmView.as_view()),
    path("totp/recovery-codes", factors.RecoveryCodesView.as_view()),
    path("step-up", factors.StepUpView.as_view()),
    # Beside the resource of the same name: only POSTs, as a record is never posted to.
    path("passkeys/options", passkeys.PasskeyOptionsView.as_view()),
    path("passkeys/register", passkeys.PasskeyRegisterView.as_view()),
    path("passkeys/sign-in/options", passkeys.PasskeySignInOptionsView.as_view()),
    path("passkeys/sign-in", passkeys.PasskeySignInView.as_view()),
    path("providers", oauth.ProvidersView.as_view()),
    path("oauth/<str:provider>/authorize", oauth.AuthorizeView.as_view()),
    path("oauth/<str:provider>/callback", oauth.CallbackView.as_view()),
    path("oauth/<str:provider>/token", oauth.ExchangeView.as_view()),
    path("oauth/<str:provider>/link", oauth.LinkView.as_view()),
    path("logout", tokens.LogoutView.as_view()),
    path("service-token", service_tokens.ServiceTokenView.as_view()),
]
