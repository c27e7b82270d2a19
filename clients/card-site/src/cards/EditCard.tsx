"use client";

import { useQuery } from "@tanstack/react-query";
import { CardEditor } from "@/cards/CardEditor";
import { holobase } from "@/holobase/browser";

/** The editor of a card that only its creator may see. */
export function EditCard({ id }: { id: string }) {
  const { data: card } = useQuery({ queryKey: ["edited", id], queryFn: () => holobase.cards.view(id), staleTime: 0 });
  return card ? <CardEditor card={card} /> : null;
}
