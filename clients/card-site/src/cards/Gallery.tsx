"use client";

import { useLivePages } from "holobase/react";
import { useTranslations } from "next-intl";
import { CardTile } from "@/cards/CardTile";
import { type CardQuery, listing } from "@/cards/galleryQuery";
import type { ListedCard, PlainPage } from "@/holobase";
import { holobase, realtime } from "@/holobase/browser";
import { MoreButton } from "@/layout/MoreButton";
import styles from "./cards.module.css";

const SEEN_AT_FIRST = 4;

/** Cards page by page; what is published meanwhile comes in, and what is taken back goes. */
export function Gallery({ query, first }: { query: CardQuery; first: PlainPage<ListedCard> }) {
  const t = useTranslations("gallery");
  const pages = useLivePages(holobase.cards, listing(query), {
    realtime,
    first,
    // What a search finds can't be told of a change alone.
    topic: query.search ? undefined : "cards",
    newest: !query.sort || query.sort === "-created_at" ? "first" : undefined,
  });
  if (pages.records.length === 0) return <p>{t("none")}</p>;
  return (
    <>
      <ul className={styles.grid}>
        {pages.records.map((card, index) => (
          <li key={card.id}>
            <CardTile card={card} priority={index < SEEN_AT_FIRST} />
          </li>
        ))}
      </ul>
      <MoreButton pages={pages} />
    </>
  );
}
