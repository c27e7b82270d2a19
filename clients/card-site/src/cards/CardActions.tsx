"use client";

import { useTranslations } from "next-intl";
import { useQuery, useQueryClient } from "@tanstack/react-query";
import { useMember } from "@/account/useMember";
import { AddToCollection } from "@/collections/AddToCollection";
import type { ShownCard } from "@/holobase";
import { holobase } from "@/holobase/browser";
import { useLiveRecord } from "@/holobase/live";
import { Link, useRouter } from "@/i18n/routing";
import { ProblemText } from "@/layout/ProblemText";
import { useAction } from "@/layout/useAction";
import { ReportButton } from "@/moderation/ReportButton";
import styles from "./cards.module.css";

/** What a reader can do with a card; its counts are live. */
export function CardActions({ card }: { card: ShownCard }) {
  const t = useTranslations("card");
  const member = useMember();
  const fetch = () => holobase.cards.view(card.id, { expand: ["creator", "template", "remixed_from"] });
  const shown = useLiveRecord<ShownCard>("cards", card.id, fetch, card);
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
  const toggle = useAction(async () => {
    await (isLiked ? holobase.cards.unset("like", card.id) : holobase.cards.set("like", card.id));
    queries.setQueryData(key, !isLiked);
  });
  const label = t("likes", { count: card.like_count });
  if (!member) return <span>{label}</span>;
  return (
    <>
      <button
        type="button"
        className="quiet"
        aria-pressed={isLiked}
        disabled={toggle.isRunning}
        onClick={() => void toggle.run()}
      >
        {isLiked ? t("liked") : t("like")} · {label}
      </button>
      <ProblemText problem={toggle.problem} />
    </>
  );
}

function RemixButton({ id }: { id: string }) {
  const t = useTranslations("card");
  const router = useRouter();
  const remix = useAction(() => holobase.cards.run("remix", id));
  return (
    <>
      <button
        type="button"
        className="quiet"
        disabled={remix.isRunning}
        onClick={() => void remix.run().then((done) => done && router.push(`/cards/${done.result.id}/edit`))}
      >
        {t("remix")}
      </button>
      <ProblemText problem={remix.problem} />
    </>
  );
}
