"use client";

import { upload } from "holobase";
import { useTranslations } from "next-intl";
import { type FormEvent, useState } from "react";
import { EffectsFields } from "@/cards/EffectsFields";
import { HoloCard } from "@/cards/HoloCard";
import { PictureField } from "@/cards/PictureField";
import { type Card, type Effects, RARITIES } from "@/holobase";
import { holobase } from "@/holobase/browser";
import { useRouter } from "@/i18n/routing";
import { ProblemText } from "@/layout/ProblemText";
import { useAction } from "@/layout/useAction";
import styles from "./cards.module.css";

const LAYERS = ["front", "foil", "mask"] as const;
const VISIBILITIES = ["public", "unlisted", "private"] as const;
type Layer = (typeof LAYERS)[number];

/** A form for a card, with the card beside it as it will be. */
export function CardEditor({ card }: { card?: Card }) {
  const t = useTranslations("editor");
  const rarity = useTranslations("rarity");
  const router = useRouter();
  const [title, setTitle] = useState(card?.title ?? "");
  const [effects, setEffects] = useState<Effects>(card?.effects ?? { preset: "holo", intensity: 0.7, glare: 0.5 });
  const [files, setFiles] = useState<Partial<Record<Layer, File>>>({});
  const [previews, setPreviews] = useState<Partial<Record<Layer, string>>>({});
  const [progress, setProgress] = useState<number | null>(null);
  const save = useAction((form: FormData) => store(card, form, effects, files, setProgress));

  function choose(layer: Layer, file: File | undefined) {
    if (previews[layer]) URL.revokeObjectURL(previews[layer]);
    setFiles({ ...files, [layer]: file });
    setPreviews({ ...previews, [layer]: file && URL.createObjectURL(file) });
  }

  async function submit(event: FormEvent<HTMLFormElement>) {
    event.preventDefault();
    const done = await save.run(new FormData(event.currentTarget));
    setProgress(null);
    if (done) router.push(`/cards/${done.result.id}`);
  }

  const surface = { title, effects, ...pictures(card, previews) };
  return (
    <div className={styles.stage}>
      <HoloCard surface={surface} sizes="26rem" priority />
      <form onSubmit={(event) => void submit(event)} className={styles.form}>
        <label>
          {t("title")}
          <input name="title" required maxLength={120} value={title} onChange={(event) => setTitle(event.target.value)} />
        </label>
        <label>
          {t("description")}
          <textarea name="description" rows={3} maxLength={4000} defaultValue={card?.description} />
        </label>
        <label>
          {t("tags")}
          <input name="tags" defaultValue={card?.tags.join(", ")} />
        </label>
        {LAYERS.map((layer) => (
          <PictureField key={layer} label={t(`layers.${layer}`)} onChoose={(file) => choose(layer, file)} />
        ))}
        <EffectsFields effects={effects} onChange={setEffects} />
        <div className={styles.sliders}>
          <label>
            {t("rarity")}
            <select name="rarity" defaultValue={card?.rarity ?? "common"}>
              {RARITIES.map((name) => (
                <option key={name} value={name}>
                  {rarity(name)}
                </option>
              ))}
            </select>
          </label>
          <label>
            {t("visibility")}
            <select name="visibility" defaultValue={card?.visibility ?? "public"}>
              {VISIBILITIES.map((name) => (
                <option key={name} value={name}>
                  {t(`visibilities.${name}`)}
                </option>
              ))}
            </select>
          </label>
        </div>
        {progress !== null && <progress value={progress} aria-label={t("progress")} />}
        <ProblemText problem={save.problem} />
        <p className="row">
          <button name="status" value="published" disabled={save.isRunning}>
            {t("publish")}
          </button>
        </p>
      </form>
    </div>
  );
}

type Previews = Partial<Record<Layer, string>>;

/** Return what is shown of each layer: the file just chosen, else what is stored. */
function pictures(card: Card | undefined, previews: Previews) {
  const chosen = (layer: Layer) => {
    const url = previews[layer];
    return url ? { url, width: null, height: null, variants: { srcset: "" } } : (card?.[layer] ?? null);
  };
  return { front: chosen("front"), foil: chosen("foil"), mask: chosen("mask") };
}

/** Send the pictures, which go on after a cut, then the card with them; it is published. */
async function store(
  card: Card | undefined,
  form: FormData,
  effects: Effects,
  files: Partial<Record<Layer, File>>,
  onProgress: (share: number) => void,
): Promise<Card> {
  const values = {
    title: String(form.get("title")),
    description: String(form.get("description")),
    rarity: form.get("rarity") as Card["rarity"],
    visibility: form.get("visibility") as Card["visibility"],
    tags: tagsOf(String(form.get("tags"))),
    effects,
    status: "published" as const,
    ...(await uploaded(files, onProgress)),
  };
  return card ? holobase.cards.update(card.id, values) : holobase.cards.create(values);
}

/** Upload the chosen files one after the other; return the id of each. */
async function uploaded(files: Partial<Record<Layer, File>>, onProgress: (share: number) => void) {
  const ids: Partial<Record<Layer, string>> = {};
  for (const layer of LAYERS) {
    const file = files[layer];
    if (!file) continue;
    ids[layer] = await upload(holobase, file, {
      field: `cards.${layer}`,
      onProgress: (sent, total) => onProgress(sent / total),
    });
  }
  return ids;
}

function tagsOf(text: string): string[] {
  return text
    .split(",")
    .map((tag) => tag.trim())
    .filter(Boolean);
}
