"use client";

import { useTranslations } from "next-intl";
import { holobase } from "@/holobase/browser";
import { useLiveRecord } from "@/holobase/live";
import { Link } from "@/i18n/routing";

/** How many notifications wait, live. */
export function Bell({ member }: { member: string }) {
  const t = useTranslations("notifications");
  const inbox = useLiveRecord(holobase.inboxes, member);
  return <Link href="/notifications">{t("unread", { count: inbox?.unread_count ?? 0 })}</Link>;
}
