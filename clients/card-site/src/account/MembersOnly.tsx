"use client";

import { useTranslations } from "next-intl";
import type { ReactNode } from "react";
import { useMember } from "@/account/useMember";
import { Link } from "@/i18n/routing";

/** Shows its children to members, and everybody else the way in. */
export function MembersOnly({ children }: { children: ReactNode }) {
  const t = useTranslations("account");
  const member = useMember();
  if (member) return children;
  return (
    <p>
      <Link href="/sign-in">{t("signInFirst")}</Link>
    </p>
  );
}
