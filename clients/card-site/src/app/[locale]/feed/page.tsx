import { getTranslations } from "next-intl/server";
import { Feed } from "@/feed/Feed";
import { FEED_MODES } from "@/feed/modes";
import { feedOf } from "@/feed/feedOf";
import { plainPage } from "@/holobase";
import { serverHolobase } from "@/holobase/server";
import { Link } from "@/i18n/routing";

export default async function FeedPage({ searchParams }: { searchParams: Promise<{ mode?: string }> }) {
  const t = await getTranslations("feed");
  const { mode: asked } = await searchParams;
  const mode = FEED_MODES.find((name) => name === asked) ?? "hot";
  const holobase = await serverHolobase();
  // Nobody in particular follows nobody.
  const first = mode === "following" && !holobase.auth.isSignedIn ? undefined : await holobase.feed.list(feedOf(mode));
  return (
    <>
      <h1>{t("title")}</h1>
      <nav aria-label={t("modes")} className="row">
        {FEED_MODES.map((name) => (
          <Link key={name} href={`/feed?mode=${name}`} aria-current={name === mode ? "page" : undefined}>
            {t(name)}
          </Link>
        ))}
      </nav>
      <Feed key={mode} mode={mode} {...(first && { first: plainPage(first) })} />
    </>
  );
}
