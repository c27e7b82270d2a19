"use client";

import { signInByPasskey, socialAddress } from "holobase";
import { useQuery } from "@tanstack/react-query";
import { useTranslations } from "next-intl";
import { useState } from "react";
import { CodeForm } from "@/account/CodeForm";
import { PasswordForm } from "@/account/PasswordForm";
import { RegisterForm } from "@/account/RegisterForm";
import { holobase } from "@/holobase/browser";
import { useRouter } from "@/i18n/routing";
import { ProblemText } from "@/layout/ProblemText";
import { useAction } from "@/layout/useAction";

const WAYS = { password: PasswordForm, code: CodeForm, register: RegisterForm } as const;
type Way = keyof typeof WAYS;

/** Every way in: password, mailed code, passkey, other accounts; and to join. */
export function SignIn() {
  const t = useTranslations("account");
  const router = useRouter();
  const [way, setWay] = useState<Way>("password");
  const enter = () => router.push("/");
  const passkey = useAction(() => signInByPasskey(holobase));
  const Form = WAYS[way];
  return (
    <div className="narrow stack">
      <nav className="row" aria-label={t("ways")}>
        {Object.keys(WAYS).map((name) => (
          <button key={name} type="button" className="quiet" aria-pressed={name === way} onClick={() => setWay(name as Way)}>
            {t(name)}
          </button>
        ))}
        <button type="button" className="quiet" onClick={() => void passkey.run().then((done) => done && enter())}>
          {t("passkey")}
        </button>
      </nav>
      <ProblemText problem={passkey.problem} />
      <Form onEntered={enter} />
      <Providers />
    </div>
  );
}

function Providers() {
  const t = useTranslations("account");
  const { data: providers = [] } = useQuery({ queryKey: ["providers"], queryFn: () => holobase.auth.providers() });
  return providers.map((provider) => (
    <button key={provider.name} type="button" className="quiet" onClick={() => void leaveFor(provider.name)}>
      {t("with", { provider: provider.label })}
    </button>
  ));
}

async function leaveFor(provider: string): Promise<void> {
  const back = new URL(location.pathname.replace(/sign-in$/, "account/social"), location.origin);
  location.href = await socialAddress(holobase, provider, back.href);
}
