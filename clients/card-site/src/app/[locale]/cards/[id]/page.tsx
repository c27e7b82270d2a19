import type { Metadata } from "next";
import { cache } from "react";
import { CardActions } from "@/cards/CardActions";
import { CardFacts } from "@/cards/CardFacts";
import styles from "@/cards/cards.module.css";
import { HoloCard } from "@/cards/HoloCard";
import { SHOWN } from "@/cards/shown";
import { RelatedCards } from "@/cards/RelatedCards";
import { Comments } from "@/comments/Comments";
import { commentsOf } from "@/comments/commentsOf";
import { type ListedCard, plainPage } from "@/holobase";
import { orNotFound, serverHolobase } from "@/holobase/server";

interface Props {
  params: Promise<{ id: string }>;
}

export async function generateMetadata({ params }: Props): Promise<Metadata> {
  const { title, description, front } = (await card((await params).id)).record;
  return { title, ...(description && { description }), openGraph: { title, description, images: front ? [front.url] : [] } };
}

export default async function CardPage({ params }: Props) {
  const { id } = await params;
  const holobase = await serverHolobase();
  const [snapshot, comments, related] = await Promise.all([
    card(id),
    holobase.comments.list(commentsOf(id)),
    holobase.request<{ results: ListedCard[] }>("GET", `cards/${id}/related`, { query: { limit: 6, expand: "creator" } }),
  ]);
  const shown = snapshot.record;
  return (
    <>
      <div className={styles.stage}>
        <HoloCard surface={shown} sizes="(max-width: 760px) 92vw, 26rem" priority />
        <div>
          <h1>{shown.title}</h1>
          <CardFacts card={shown} />
          <CardActions first={snapshot} />
        </div>
      </div>
      <Comments card={id} first={plainPage(comments)} />
      <RelatedCards cards={related.results} />
    </>
  );
}

const card = cache(async (id: string) => {
  const holobase = await serverHolobase();
  return orNotFound(holobase.cards.snapshot(id, SHOWN));
});
