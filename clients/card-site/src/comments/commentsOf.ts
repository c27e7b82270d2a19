/** Return what the comments on a card are asked for with. */
export function commentsOf(card: string) {
  return { where: { card }, sort: "created_at" as const, expand: ["author"] as const, limit: 100 };
}
