import { Binder } from "@/collections/Binder";
import { itemsOf } from "@/collections/itemsOf";
import { plainPage } from "@/holobase";
import { orNotFound, serverHolobase } from "@/holobase/server";

export default async function CollectionPage({ params }: { params: Promise<{ id: string }> }) {
  const { id } = await params;
  const holobase = await serverHolobase();
  const [collection, items] = await Promise.all([
    orNotFound(holobase.collections.view(id)),
    holobase.collectionItems.list(itemsOf(id)),
  ]);
  return (
    <>
      <h1>{collection.title}</h1>
      {collection.description && <p className="prose">{collection.description}</p>}
      <Binder collection={id} owner={collection.owner} first={plainPage(items)} />
    </>
  );
}
