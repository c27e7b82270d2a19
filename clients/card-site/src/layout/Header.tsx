"use client";

import { useLocale, useTranslations } from "next-intl";
import { useMember } from "@/account/useMember";
import { holobase } from "@/holobase/browser";
import { Link, usePathname } from "@/i18n/routing";
import { Bell } from "@/notifications/Bell";
import styles from "./layout.module.css";

const PAGES = ["feed", "collections"] as const;

export function Header() {
  const t = useTranslations("nav");
  const member = useMember();
  return (
    <header className={styles.header}>
      <Link href="/" className={styles.brand}>
        {t("brand")}
      </Link>
      <nav aria-label={t("pages")} className={styles.nav}>
        {PAGES.map((page) => (
          <Link key={page} href={`/${page}`}>
            {t(page)}
          </Link>
        ))}
      </nav>
      <div className={styles.account}>
        <LanguageSwitch />
        {member ? (
          <>
            <Link href="/cards/new" className="button">
              {t("create")}
            </Link>
            <Bell member={member.id} />
            <Link href={`/members/${member.username}`}>{member.username}</Link>
            <button type="button" className="quiet" onClick={() => void holobase.auth.signOut()}>
              {t("signOut")}
            </button>
          </>
        ) : (
          <Link href="/sign-in" className="button">
            {t("signIn")}
          </Link>
        )}
      </div>
    </header>
  );
}

function LanguageSwitch() {
  const pathname = usePathname();
  const [other, name] = useLocale() === "ko" ? (["en", "English"] as const) : (["ko", "한국어"] as const);
  return (
    <Link href={pathname} locale={other} hrefLang={other} lang={other}>
      {name}
    </Link>
  );
}
