"use client";

import { useQuery } from "@tanstack/react-query";
import { useTranslations } from "next-intl";
import { holobase } from "@/holobase/browser";
import { ProblemText } from "@/layout/ProblemText";
import { useAction } from "@/layout/useAction";

/** Puts a card into one of the member's collections. */
export function AddToCollection({ card, member }: { card: string; member: string }) {
  const t = useTranslations("collections");
  const { data } = useQuery({
    queryKey: ["collections", member],
    queryFn: async () => (await holobase.collections.list({ where: { owner: member }, limit: 100 })).results,
  });
  const add = useAction((collection: string) => holobase.collectionItems.create({ collection, card }));
  if (!data?.length) return null;
  return (
    <>
      <select
        className="inline"
        aria-label={t("add")}
        value=""
        disabled={add.isRunning}
        onChange={(event) => void add.run(event.target.value)}
      >
        <option value="">{t("add")}</option>
        {data.map((collection) => (
          <option key={collection.id} value={collection.id}>
            {collection.title}
          </option>
        ))}
      </select>
      <ProblemText problem={add.problem} />
    </>
  );
}
