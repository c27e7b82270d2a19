"use client";

import { useLivePages } from "holobase/react";
import { useFormatter, useTranslations } from "next-intl";
import { useMember } from "@/account/useMember";
import { nameOf, type Notification } from "@/holobase";
import { holobase, realtime } from "@/holobase/browser";
import { MoreButton } from "@/layout/MoreButton";
import { Link } from "@/i18n/routing";

const MINE = { expand: ["actor", "card"], limit: 50 } as const;

/** What concerns the member, the latest first, live. */
export function Notifications() {
  const t = useTranslations("notifications");
  const member = useMember();
  const pages = useLivePages(holobase.notifications, MINE, { realtime, topic: "notifications", newest: "first" });
  const notifications = pages.records;
  return (
    <>
      {member && (
        <button type="button" className="quiet" onClick={() => void holobase.inboxes.set("read", member.id)}>
          {t("readAll")}
        </button>
      )}
      {notifications.length === 0 && <p>{t("none")}</p>}
      <ul className="list">
        {notifications.map((notification) => (
          <NotificationLine key={notification.id} notification={notification} />
        ))}
      </ul>
      <MoreButton pages={pages} />
    </>
  );
}

function NotificationLine({ notification }: { notification: Notification }) {
  const t = useTranslations("notifications");
  const format = useFormatter();
  const { actor, card } = notification.expand;
  const text = t(`kinds.${notification.kind}`, {
    name: actor ? nameOf(actor) : t("somebody"),
    others: notification.actor_count - 1,
  });
  return (
    <li data-unread={!notification.is_read}>
      {card ? (
        <Link href={`/cards/${card.id}`} onClick={() => void holobase.notifications.set("read", notification.id)}>
          {text}
        </Link>
      ) : (
        text
      )}
      <time dateTime={notification.latest_at}>{format.relativeTime(new Date(notification.latest_at))}</time>
    </li>
  );
}
