/** What of Holobase the site shows, as its pages ask for it. */

import type { Resources, Row, Snapshot } from "holobase";

export type Card = Row<Resources, "cards">;
export type Effects = Card["effects"];
export type Picture = NonNullable<Card["front"]>;
/** A card as it stands in a grid. */
export type ListedCard = Row<Resources, "cards", "creator">;
/** A card as its own page has it. */
export type ShownCard = Row<Resources, "cards", "creator" | "template" | "remixed_from">;
export type CollectionItem = Row<Resources, "collection-items", "card.creator">;
export type Comment = Row<Resources, "comments", "author">;
export type FeedItem = Row<Resources, "feed", "card.creator" | "post.author">;
export type Member = Row<Resources, "users">;
export type Notification = Row<Resources, "notifications", "actor" | "card">;

export type CardSnapshot = Snapshot<ShownCard>;
export { plainPage, type PlainPage } from "holobase";

export const PRESETS = ["none", "holo", "reverse", "cosmos", "galaxy", "rainbow", "gold", "radiant"] as const;
export const RARITIES = ["common", "uncommon", "rare", "epic", "legendary", "mythic"] as const;

export function nameOf(member: Pick<Member, "display_name" | "username">): string {
  return member.display_name || member.username;
}
