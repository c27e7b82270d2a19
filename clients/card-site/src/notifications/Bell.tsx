"use client";

import { useLiveRecord } from "holobase/react";
import { useTranslations } from "next-intl";
import { holobase, realtime } from "@/holobase/browser";
import { Link } from "@/i18n/routing";

/** How many notifications wait, live. */
export function Bell({ member }: { member: string }) {
  const t = useTranslations("notifications");
  const inbox = useLiveRecord(holobase.inboxes, member, { realtime });
  return <Link href="/notifications">{t("unread", { count: inbox?.unread_count ?? 0 })}</Link>;
}
