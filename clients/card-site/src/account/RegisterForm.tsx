"use client";

import { useLocale, useTranslations } from "next-intl";
import { Field, textOf } from "@/account/Field";
import { MailedCode } from "@/account/MailedCode";
import { holobase } from "@/holobase/browser";

/** Opens an account by a code that is mailed. */
export function RegisterForm({ onEntered }: { onEntered: () => void }) {
  const t = useTranslations("account");
  const locale = useLocale();
  const register = (form: FormData) =>
    holobase.auth.register({
      email: textOf(form, "email"),
      username: textOf(form, "username"),
      password: textOf(form, "password"),
      locale,
    });
  return (
    <MailedCode ask={register} confirm={(code) => holobase.auth.confirmEmail(code)} onEntered={onEntered} label={t("register")}>
      <Field name="username" label={t("username")} autoComplete="username" maxLength={30} />
      <Field name="email" type="email" label={t("email")} autoComplete="email" />
      <Field name="password" type="password" label={t("secret")} autoComplete="new-password" minLength={10} />
    </MailedCode>
  );
}
