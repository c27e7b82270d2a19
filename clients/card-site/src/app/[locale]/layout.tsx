import type { Metadata } from "next";
import { NextIntlClientProvider } from "next-intl";
import { getTranslations, setRequestLocale } from "next-intl/server";
import type { ReactNode } from "react";
import { sessionMember } from "@/holobase/server";
import { routing } from "@/i18n/routing";
import { Header } from "@/layout/Header";
import styles from "@/layout/layout.module.css";
import { Providers } from "@/layout/Providers";
import "../globals.css";

interface Props {
  children: ReactNode;
  params: Promise<{ locale: string }>;
}

export function generateStaticParams() {
  return routing.locales.map((locale) => ({ locale }));
}

export async function generateMetadata({ params }: Props): Promise<Metadata> {
  const t = await getTranslations({ locale: (await params).locale, namespace: "site" });
  const metadataBase = new URL(process.env.SITE_URL ?? "http://localhost:3000");
  return { metadataBase, title: { default: t("title"), template: `%s · ${t("title")}` }, description: t("description") };
}

export default async function Layout({ children, params }: Props) {
  const { locale } = await params;
  setRequestLocale(locale);
  return (
    <html lang={locale}>
      <body>
        <NextIntlClientProvider>
          <Providers member={await sessionMember()}>
            <Header />
            <main className={styles.main}>{children}</main>
          </Providers>
        </NextIntlClientProvider>
      </body>
    </html>
  );
}
