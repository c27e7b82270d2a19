import type { FeedMode } from "@/feed/modes";

/** Return what the feed is asked for with. */
export function feedOf(mode: FeedMode) {
  return { options: { mode }, expand: ["card.creator", "post.author"] as const, limit: 24 };
}
