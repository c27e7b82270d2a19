"use client";

import type { Proof } from "holobase";
import { useTranslations } from "next-intl";
import { type FormEvent, type ReactNode, useState } from "react";
import { Field, textOf } from "@/account/Field";
import { ProblemText } from "@/layout/ProblemText";
import { useAction } from "@/layout/useAction";

interface Props {
  /** The fields by which a code is asked for. */
  children: ReactNode;
  label: string;
  ask: (form: FormData) => Promise<Proof>;
  confirm: (code: { proof: string; code: string }) => Promise<unknown>;
  onEntered: () => void;
}

/** Has a code mailed, then takes it. */
export function MailedCode({ children, label, ask, confirm, onEntered }: Props) {
  const t = useTranslations("account");
  const [proof, setProof] = useState<string | null>(null);
  const asked = useAction(ask);
  const confirmed = useAction(confirm);

  async function submit(event: FormEvent<HTMLFormElement>) {
    event.preventDefault();
    const form = new FormData(event.currentTarget);
    if (proof) {
      if (await confirmed.run({ proof, code: textOf(form, "code") })) onEntered();
      return;
    }
    const done = await asked.run(form);
    if (done) setProof(done.result.proof);
  }

  return (
    <form className="stack" onSubmit={(event) => void submit(event)}>
      {proof ? (
        <>
          <p role="status">{t("codeSent")}</p>
          <Field key="code" name="code" label={t("codeFromMail")} autoComplete="one-time-code" inputMode="numeric" autoFocus />
        </>
      ) : (
        children
      )}
      <ProblemText problem={proof ? confirmed.problem : asked.problem} />
      <button disabled={asked.isRunning || confirmed.isRunning}>{proof ? t("confirm") : label}</button>
    </form>
  );
}
