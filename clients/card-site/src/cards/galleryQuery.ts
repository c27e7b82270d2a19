import { filter, type Resources } from "holobase";
import { RARITIES } from "@/holobase";

/** What a reader has chosen, as it stands in the page's address. */
export interface GalleryChoice {
  search?: string;
  rarity?: string;
  sort?: string;
}
export const SORTS = ["-created_at", "-like_count", "title"] as const;

/** What a gallery asks for; the same filter goes for the list and for what happens meanwhile. */
export interface CardQuery {
  filter?: string;
  search?: string;
  sort?: Resources["cards"]["sort"];
}

/** Return the question that a choice asks; what it can't mean is left out. */
export function galleryQuery({ search, rarity, sort }: GalleryChoice): CardQuery {
  const chosenRarity = RARITIES.find((name) => name === rarity);
  const chosenSort = SORTS.find((name) => name === sort);
  return {
    ...(chosenRarity && { filter: filter`rarity = ${chosenRarity}`.text }),
    ...(search ? { search } : chosenSort && { sort: chosenSort }),
  };
}

/** Return what a list of cards is asked with. */
export function listing(query: CardQuery) {
  return { ...query, expand: ["creator"] as const, limit: 24 };
}
