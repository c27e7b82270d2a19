import { useFormatter, useTranslations } from "next-intl";
import { nameOf, type ShownCard } from "@/holobase";
import { Link } from "@/i18n/routing";
import styles from "./cards.module.css";

/** What there is to know of a card beside its picture. */
export function CardFacts({ card }: { card: ShownCard }) {
  const t = useTranslations("card");
  const rarity = useTranslations("rarity");
  const format = useFormatter();
  const { creator, template, remixed_from: origin } = card.expand;
  return (
    <>
      {card.description && <p className="prose">{card.description}</p>}
      <dl className={styles.facts}>
        {creator && (
          <>
            <dt>{t("creator")}</dt>
            <dd>
              <Link href={`/members/${creator.username}`}>{nameOf(creator)}</Link>
            </dd>
          </>
        )}
        <dt>{t("rarity")}</dt>
        <dd>{rarity(card.rarity)}</dd>
        {template && (
          <>
            <dt>{t("template")}</dt>
            <dd>{template.title}</dd>
          </>
        )}
        {origin && (
          <>
            <dt>{t("remixedFrom")}</dt>
            <dd>
              <Link href={`/cards/${origin.id}`}>{origin.title}</Link>
            </dd>
          </>
        )}
        {card.published_at && (
          <>
            <dt>{t("published")}</dt>
            <dd>
              <time dateTime={card.published_at}>{format.dateTime(new Date(card.published_at), { dateStyle: "long" })}</time>
            </dd>
          </>
        )}
        {card.tags.length > 0 && (
          <>
            <dt>{t("tags")}</dt>
            <dd>{card.tags.join(", ")}</dd>
          </>
        )}
      </dl>
    </>
  );
}
