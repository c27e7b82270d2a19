"use client";

import { finishSocial } from "holobase";
import { useTranslations } from "next-intl";
import { useEffect } from "react";
import { holobase } from "@/holobase/browser";
import { useRouter } from "@/i18n/routing";
import { ProblemText } from "@/layout/ProblemText";
import { useAction } from "@/layout/useAction";

/** Where a provider sends members back to. */
export function FinishSocial() {
  const t = useTranslations("account");
  const router = useRouter();
  const finish = useAction(() => finishSocial(holobase, location.href));
  useEffect(() => {
    void finish.run().then((done) => done && router.replace("/"));
    // The code in the address is good for once.
  }, []);
  return finish.problem ? <ProblemText problem={finish.problem} /> : <p role="status">{t("entering")}</p>;
}
