import { getTranslations } from "next-intl/server";
import { NewCollection } from "@/collections/NewCollection";
import { serverHolobase } from "@/holobase/server";
import { Link } from "@/i18n/routing";

export default async function CollectionsPage() {
  const t = await getTranslations("collections");
  const holobase = await serverHolobase();
  const { results } = await holobase.collections.list({ expand: ["owner"], limit: 60 });
  return (
    <>
      <h1>{t("title")}</h1>
      <NewCollection />
      <ul className="list">
        {results.map((collection) => (
          <li key={collection.id}>
            <Link href={`/collections/${collection.id}`}>{collection.title}</Link>
            <span>
              {collection.expand.owner?.username} · {t("count", { count: collection.item_count })}
            </span>
          </li>
        ))}
      </ul>
    </>
  );
}
