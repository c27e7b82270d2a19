"use client";

import { srcsetOf } from "holobase";
import type { CSSProperties, PointerEvent } from "react";
import type { Effects, Picture } from "@/holobase";
import "./surface.css";

type Layer = Pick<Picture, "url" | "width" | "height" | "variants">;

/** What is drawn of a card; an editor shows one that is not stored yet. */
export interface Surface {
  title: string;
  effects: Effects;
  front?: Layer | null;
  foil?: Layer | null;
  mask?: Layer | null;
}

interface Props {
  surface: Surface;
  /** How wide it is shown, as in `sizes` of an `img`. */
  sizes?: string;
  /** Whether it is among the first that a reader sees. */
  priority?: boolean;
}

/** A card whose foil shimmers under the pointer; the style sheet stills it for reduced motion. */
export function HoloCard({ surface, sizes = "240px", priority = false }: Props) {
  const { effects, front, title } = surface;
  const preset = effects.preset ?? "none";
  return (
    <div
      className="card-face"
      data-preset={preset}
      style={properties(surface)}
      role="img"
      aria-label={title}
      onPointerMove={follow}
      onPointerLeave={release}
    >
      <div className="card-face-body">
        {front ? (
          <img
            className="card-face-front"
            src={front.url}
            srcSet={srcsetOf(front) || undefined}
            sizes={sizes}
            width={front.width ?? undefined}
            height={front.height ?? undefined}
            loading={priority ? "eager" : "lazy"}
            fetchPriority={priority ? "high" : "auto"}
            decoding="async"
            alt=""
          />
        ) : (
          <div className="card-face-blank">{title}</div>
        )}
        {preset !== "none" && <div className="card-face-foil" />}
        <div className="card-face-glare" />
      </div>
    </div>
  );
}

/** Return the custom properties that the style sheet reads. */
function properties({ effects, foil, mask }: Surface): CSSProperties {
  const values: Record<string, string | number> = {
    "--intensity": effects.intensity ?? 0.7,
    "--glare": effects.glare ?? 0.5,
    "--angle": effects.angle ?? 0,
  };
  effects.colours?.forEach((colour, index) => {
    values[`--colour-${index + 1}`] = colour;
  });
  effects.layers?.forEach(({ layer, depth }) => {
    values[`--depth-${layer}`] = depth;
  });
  if (foil) values["--foil"] = `url("${foil.url}")`;
  if (mask) values["--mask"] = `url("${mask.url}")`;
  return values;
}

function follow(event: PointerEvent<HTMLElement>): void {
  if (window.matchMedia("(prefers-reduced-motion: reduce)").matches) return;
  const face = event.currentTarget;
  const box = face.getBoundingClientRect();
  face.classList.add("is-held");
  face.style.setProperty("--x", ((event.clientX - box.left) / box.width).toFixed(3));
  face.style.setProperty("--y", ((event.clientY - box.top) / box.height).toFixed(3));
}

function release(event: PointerEvent<HTMLElement>): void {
  const face = event.currentTarget;
  face.classList.remove("is-held");
  face.style.removeProperty("--x");
  face.style.removeProperty("--y");
}
