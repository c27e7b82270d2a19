"use client";

import { useTranslations } from "next-intl";
import { type Effects, PRESETS } from "@/holobase";
import styles from "./cards.module.css";

const SLIDERS = { intensity: 1, glare: 1, angle: 360 } as const;

/** How the foil shines: a preset, and how much of it. */
export function EffectsFields({ effects, onChange }: { effects: Effects; onChange: (effects: Effects) => void }) {
  const t = useTranslations("editor");
  return (
    <>
      <fieldset className="row">
        <legend>{t("preset")}</legend>
        {PRESETS.map((preset) => (
          <button
            key={preset}
            type="button"
            className="quiet"
            aria-pressed={effects.preset === preset}
            onClick={() => onChange({ ...effects, preset })}
          >
            {t(`presets.${preset}`)}
          </button>
        ))}
      </fieldset>
      <div className={styles.sliders}>
        {Object.entries(SLIDERS).map(([name, most]) => (
          <label key={name}>
            {t(`sliders.${name}`)}
            <input
              type="range"
              min={0}
              max={most}
              step={most / 100}
              value={effects[name as keyof typeof SLIDERS] ?? 0}
              onChange={(event) => onChange({ ...effects, [name]: Number(event.target.value) })}
            />
          </label>
        ))}
      </div>
    </>
  );
}
