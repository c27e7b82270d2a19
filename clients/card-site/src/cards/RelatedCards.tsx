import { useTranslations } from "next-intl";
import { CardTile } from "@/cards/CardTile";
import type { ListedCard } from "@/holobase";
import styles from "./cards.module.css";

export function RelatedCards({ cards }: { cards: ListedCard[] }) {
  const t = useTranslations("card");
  if (cards.length === 0) return null;
  return (
    <section aria-labelledby="related">
      <h2 id="related">{t("related")}</h2>
      <ul className={styles.grid}>
        {cards.map((card) => (
          <li key={card.id}>
            <CardTile card={card} />
          </li>
        ))}
      </ul>
    </section>
  );
}
