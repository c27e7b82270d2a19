import { getTranslations } from "next-intl/server";
import { Gallery } from "@/cards/Gallery";
import { GalleryFilters } from "@/cards/GalleryFilters";
import { galleryQuery, type GalleryChoice, listing } from "@/cards/galleryQuery";
import { plainPage } from "@/holobase";
import { serverHolobase } from "@/holobase/server";

export default async function GalleryPage({ searchParams }: { searchParams: Promise<GalleryChoice> }) {
  const t = await getTranslations("gallery");
  const choice = await searchParams;
  const query = galleryQuery(choice);
  const first = plainPage(await (await serverHolobase()).cards.list(listing(query)));
  return (
    <>
      <h1>{t("title")}</h1>
      <GalleryFilters choice={choice} />
      <Gallery key={JSON.stringify(choice)} query={query} first={first} />
    </>
  );
}
