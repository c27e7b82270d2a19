"use client";

import { useTranslations } from "next-intl";
import { Field, textOf } from "@/account/Field";
import { MailedCode } from "@/account/MailedCode";
import { holobase } from "@/holobase/browser";

/** Signs in by a code that is mailed. */
export function CodeForm({ onEntered }: { onEntered: () => void }) {
  const t = useTranslations("account");
  return (
    <MailedCode
      ask={(form) => holobase.auth.requestCode(textOf(form, "email"))}
      confirm={(code) => holobase.auth.signInByCode(code)}
      onEntered={onEntered}
      label={t("code")}
    >
      <Field name="email" type="email" label={t("email")} autoComplete="email" />
    </MailedCode>
  );
}
