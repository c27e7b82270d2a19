export const FEED_MODES = ["hot", "new", "top", "following"] as const;
export type FeedMode = (typeof FEED_MODES)[number];
