"use client";

import { useTranslations } from "next-intl";
import { HoloCard } from "@/cards/HoloCard";
import { type ListedCard, nameOf } from "@/holobase";
import { Link } from "@/i18n/routing";
import styles from "./cards.module.css";

const SIZES = "(max-width: 600px) 45vw, 240px";

/** A card in a grid: its surface, its title, and who made it. A grid of links is not fetched ahead. */
export function CardTile({ card, priority = false }: { card: ListedCard; priority?: boolean }) {
  const t = useTranslations("card");
  const { creator } = card.expand;
  return (
    <article className={styles.tile} data-card={card.id}>
      <Link href={`/cards/${card.id}`} className={styles.face} prefetch={false}>
        <HoloCard surface={card} sizes={SIZES} priority={priority} />
        <span className={styles.title}>{card.title}</span>
      </Link>
      <p className={styles.line}>
        {creator && (
          <Link href={`/members/${creator.username}`} prefetch={false}>
            {nameOf(creator)}
          </Link>
        )}
        <span>{t("likes", { count: card.like_count })}</span>
      </p>
    </article>
  );
}
