import { useTranslations } from "next-intl";
import { type GalleryChoice, SORTS } from "@/cards/galleryQuery";
import { RARITIES } from "@/holobase";
import styles from "./cards.module.css";

/** A form that works before any script has loaded. */
export function GalleryFilters({ choice }: { choice: GalleryChoice }) {
  const t = useTranslations("gallery");
  const rarity = useTranslations("rarity");
  return (
    <form className={styles.filters} role="search">
      <input type="search" name="search" defaultValue={choice.search} aria-label={t("search")} placeholder={t("search")} />
      <select name="rarity" defaultValue={choice.rarity ?? ""} aria-label={t("rarity")}>
        <option value="">{t("anyRarity")}</option>
        {RARITIES.map((name) => (
          <option key={name} value={name}>
            {rarity(name)}
          </option>
        ))}
      </select>
      <select name="sort" defaultValue={choice.sort ?? SORTS[0]} aria-label={t("sort")}>
        {SORTS.map((name) => (
          <option key={name} value={name}>
            {t(`sorts.${name}`)}
          </option>
        ))}
      </select>
      <button>{t("show")}</button>
    </form>
  );
}
