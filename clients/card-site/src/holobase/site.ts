/** Where Holobase is, and whose session the site's cookies hold; for the server alone. */
export const SITE = {
  url: process.env.HOLOBASE_URL ?? "http://localhost:8000",
  origins: [new URL(process.env.SITE_URL ?? "http://localhost:3000").origin],
};
