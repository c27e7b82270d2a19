"use client";

import { useLivePages } from "holobase/react";
import { useTranslations } from "next-intl";
import { CardTile } from "@/cards/CardTile";
import styles from "@/cards/cards.module.css";
import { feedOf } from "@/feed/feedOf";
import type { FeedMode } from "@/feed/modes";
import { type FeedItem, nameOf, type PlainPage } from "@/holobase";
import { holobase, realtime } from "@/holobase/browser";
import { MoreButton } from "@/layout/MoreButton";
import { Link } from "@/i18n/routing";

export function Feed({ mode, first }: { mode: FeedMode; first?: PlainPage<FeedItem> }) {
  const t = useTranslations("feed");
  const pages = useLivePages(holobase.feed, feedOf(mode), { realtime, first });
  if (pages.records.length === 0) return <p>{t("none")}</p>;
  return (
    <>
      <ul className={styles.grid}>
        {pages.records.map((item) => (
          <li key={item.id}>
            <FeedEntry item={item} />
          </li>
        ))}
      </ul>
      <MoreButton pages={pages} />
    </>
  );
}

function FeedEntry({ item }: { item: FeedItem }) {
  const { card, post } = item.expand;
  if (card) return <CardTile card={card} />;
  if (!post) return null;
  const { author } = post.expand;
  return (
    <article>
      {author && <Link href={`/members/${author.username}`}>{nameOf(author)}</Link>}
      <p className="prose">{post.text}</p>
    </article>
  );
}
