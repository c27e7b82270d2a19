"use client";

import { ProblemError } from "holobase";
import { useTranslations } from "next-intl";
import { type FormEvent, useState } from "react";
import { Field, textOf } from "@/account/Field";
import { holobase } from "@/holobase/browser";
import { ProblemText } from "@/layout/ProblemText";
import { useAction } from "@/layout/useAction";

/** Signs in by password, and asks for the second factor of whoever has one. */
export function PasswordForm({ onEntered }: { onEntered: () => void }) {
  const t = useTranslations("account");
  const [challenge, setChallenge] = useState<string | null>(null);
  const signIn = useAction((form: FormData) =>
    challenge
      ? holobase.auth.secondFactor({ challenge, code: textOf(form, "code") })
      : signInOrChallenge(form, setChallenge),
  );

  async function submit(event: FormEvent<HTMLFormElement>) {
    event.preventDefault();
    const done = await signIn.run(new FormData(event.currentTarget));
    if (done?.result) onEntered();
  }

  return (
    <form className="stack" onSubmit={(event) => void submit(event)}>
      {challenge ? (
        <Field name="code" label={t("secondFactor")} autoComplete="one-time-code" inputMode="numeric" />
      ) : (
        <>
          <Field name="identity" label={t("identity")} autoComplete="username" />
          <Field name="password" type="password" label={t("secret")} autoComplete="current-password" />
        </>
      )}
      <ProblemText problem={signIn.problem} />
      <button disabled={signIn.isRunning}>{t("signIn")}</button>
    </form>
  );
}

/** Sign in; where a second factor is asked for, keep its challenge and return nothing. */
async function signInOrChallenge(form: FormData, onChallenge: (challenge: string) => void) {
  try {
    return await holobase.auth.signIn({ identity: textOf(form, "identity"), password: textOf(form, "password") });
  } catch (error) {
    if (!(error instanceof ProblemError) || error.problem.code !== "second_factor_needed") throw error;
    onChallenge(error.problem.challenge);
    return undefined;
  }
}
