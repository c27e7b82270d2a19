"use client";

import { useLiveRecord } from "holobase/react";
import { useTranslations } from "next-intl";
import { useQuery, useQueryClient } from "@tanstack/react-query";
import { useMember } from "@/account/useMember";
import { AddToCollection } from "@/collections/AddToCollection";
import { SHOWN } from "@/cards/shown";
import type { CardSnapshot, ShownCard } from "@/holobase";
import { holobase, realtime } from "@/holobase/browser";
import { Link, useRouter } from "@/i18n/routing";
import { ActionButton } from "@/layout/ActionButton";
import { ReportButton } from "@/moderation/ReportButton";
import styles from "./cards.module.css";

/** What a reader can do with a card; its counts are live. */
export function CardActions({ first }: { first: CardSnapshot }) {
  const t = useTranslations("card");
  const member = useMember();
  const card = first.record;
  const shown = useLiveRecord(holobase.cards, card.id, { realtime, shape: SHOWN, first });
  if (!shown) return <p role="status">{t("gone")}</p>;
  const isMine = member?.id === card.creator;
  return (
    <div className={styles.buttons}>
      <LikeButton card={shown} />
      {member && !isMine && <RemixButton id={card.id} />}
      <a className="button" href={`/share/cards/${card.id}`}>
        {t("share")}
      </a>
      {member && <AddToCollection card={card.id} member={member.id} />}
      {isMine && <Link href={`/cards/${card.id}/edit`}>{t("edit")}</Link>}
      {member && !isMine && <ReportButton resource="cards" id={card.id} />}
    </div>
  );
}

function LikeButton({ card }: { card: ShownCard }) {
  const t = useTranslations("card");
  const member = useMember();
  const queries = useQueryClient();
  const key = ["liked", card.id, member?.id];
  const { data: isLiked = false } = useQuery({
    queryKey: key,
    queryFn: async () => (await holobase.cards.view(card.id, { fields: ["id", "viewer.liked"] })).viewer?.liked ?? false,
    enabled: Boolean(member),
  });
  async function toggle() {
    await (isLiked ? holobase.cards.unset("like", card.id) : holobase.cards.set("like", card.id));
    queries.setQueryData(key, !isLiked);
  }

  const label = t("likes", { count: card.like_count });
  if (!member) return <span>{label}</span>;
  return (
    <ActionButton send={toggle} pressed={isLiked}>
      {isLiked ? t("liked") : t("like")} · {label}
    </ActionButton>
  );
}

function RemixButton({ id }: { id: string }) {
  const t = useTranslations("card");
  const router = useRouter();
  async function remix() {
    const { id: remixed } = await holobase.cards.run("remix", id);
    router.push(`/cards/${remixed}/edit`);
  }

  return <ActionButton send={remix}>{t("remix")}</ActionButton>;
}
