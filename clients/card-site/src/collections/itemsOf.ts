/** Return what the places of a collection are asked for with. */
export function itemsOf(collection: string) {
  return { where: { collection }, sort: "position" as const, expand: ["card.creator"] as const, limit: 100 };
}
