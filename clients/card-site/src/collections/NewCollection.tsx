"use client";

import { useTranslations } from "next-intl";
import type { FormEvent } from "react";
import { Field, textOf } from "@/account/Field";
import { useMember } from "@/account/useMember";
import { holobase } from "@/holobase/browser";
import { useRouter } from "@/i18n/routing";
import { ProblemText } from "@/layout/ProblemText";
import { useAction } from "@/layout/useAction";

/** A form by which a member begins a collection. */
export function NewCollection() {
  const t = useTranslations("collections");
  const router = useRouter();
  const member = useMember();
  const create = useAction((form: FormData) => holobase.collections.create({ title: textOf(form, "title") }));

  async function submit(event: FormEvent<HTMLFormElement>) {
    event.preventDefault();
    const done = await create.run(new FormData(event.currentTarget));
    if (done) router.push(`/collections/${done.result.id}`);
  }

  if (!member) return null;
  return (
    <form className="row" onSubmit={(event) => void submit(event)}>
      <Field name="title" label={t("new")} maxLength={120} />
      <button disabled={create.isRunning}>{t("create")}</button>
      <ProblemText problem={create.problem} />
    </form>
  );
}
