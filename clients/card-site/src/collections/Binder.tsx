"use client";

import {
  closestCenter,
  DndContext,
  type DragEndEvent,
  KeyboardSensor,
  PointerSensor,
  TouchSensor,
  useSensor,
  useSensors,
} from "@dnd-kit/core";
import { arrayMove, rectSortingStrategy, SortableContext, sortableKeyboardCoordinates, useSortable } from "@dnd-kit/sortable";
import { CSS } from "@dnd-kit/utilities";
import { useLivePages } from "holobase/react";
import { useTranslations } from "next-intl";
import { useId, useState } from "react";
import { CardTile } from "@/cards/CardTile";
import styles from "@/cards/cards.module.css";
import { useMember } from "@/account/useMember";
import { itemsOf } from "@/collections/itemsOf";
import type { CollectionItem, PlainPage } from "@/holobase";
import { holobase, realtime } from "@/holobase/browser";
import { ProblemText } from "@/layout/ProblemText";
import { useAction } from "@/layout/useAction";

interface Props {
  collection: string;
  owner: string;
  first: PlainPage<CollectionItem>;
}

/** The cards of a collection in their order; who may, drags them into another. */
export function Binder({ collection, owner, first }: Props) {
  const member = useMember();
  const canArrange = member?.id === owner;
  const stored = useLivePages(holobase.collectionItems, itemsOf(collection), {
    topic: `collections/${collection}/collection-items`,
    realtime,
    first,
    newest: "last",
  });
  const [moved, setMoved] = useState<CollectionItem[] | null>(null);
  const move = useAction(({ id, after }: { id: string; after: string | null }) =>
    holobase.collectionItems.run("move", id, { after }),
  );
  const sensors = useSensors(
    useSensor(PointerSensor, { activationConstraint: { distance: 6 } }),
    useSensor(TouchSensor, { activationConstraint: { delay: 200, tolerance: 6 } }),
    useSensor(KeyboardSensor, { coordinateGetter: sortableKeyboardCoordinates }),
  );
  const id = useId();
  const items = moved ?? stored.records.toSorted((a, b) => (a.position < b.position ? -1 : 1));

  async function drop({ active, over }: DragEndEvent) {
    if (!over || active.id === over.id) return;
    const place = (key: unknown) => items.findIndex((item) => item.id === key);
    const arranged = arrayMove(items, place(active.id), place(over.id));
    setMoved(arranged);
    const after = arranged[arranged.findIndex((item) => item.id === active.id) - 1]?.id ?? null;
    await move.run({ id: String(active.id), after });
    setMoved(null);
  }

  return (
    <>
      <ProblemText problem={move.problem} />
      <DndContext id={id} sensors={sensors} collisionDetection={closestCenter} onDragEnd={(event) => void drop(event)}>
        <SortableContext items={items} strategy={rectSortingStrategy} disabled={!canArrange}>
          <ul className={styles.grid}>
            {items.map((item) => (
              <BinderPlace key={item.id} item={item} canArrange={canArrange} />
            ))}
          </ul>
        </SortableContext>
      </DndContext>
    </>
  );
}

function BinderPlace({ item, canArrange }: { item: CollectionItem; canArrange: boolean }) {
  const t = useTranslations("collections");
  const { setNodeRef, setActivatorNodeRef, attributes, listeners, transform, transition } = useSortable({ id: item.id });
  const { card } = item.expand;
  return (
    <li ref={setNodeRef} style={{ transform: CSS.Translate.toString(transform), transition: transition ?? "" }} data-item={item.id}>
      {card ? <CardTile card={card} /> : <p>{t("hidden")}</p>}
      {canArrange && (
        <button type="button" className="quiet" ref={setActivatorNodeRef} {...attributes} {...listeners}>
          {t("drag", { title: card?.title ?? "" })}
        </button>
      )}
    </li>
  );
}
