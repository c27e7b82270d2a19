/** Pictures of records, as `img` shows them. */

/** As much of a file as is needed to show it. */
export interface Picture {
  url: string;
  /** Pixels; null for what is no picture, or not known yet. */
  width: number | null;
  variants: { srcset: string };
}

/** The widest variant that records offer, in pixels. */
const WIDEST = 880;

/**
 * Return a picture’s `srcset`: what the record offers, and a narrow picture itself, which would be
 * blurred where its next narrower variant is the last: `<img src={url} srcSet={srcsetOf(file)} sizes="26rem">`.
 */
export function srcsetOf({ url, width, variants }: Picture): string {
  const isOffered = new RegExp(` ${width}w(,|$)`).test(variants.srcset);
  if (!width || width > WIDEST || !variants.srcset || isOffered) return variants.srcset;
  // Its own address is the picture as it was uploaded; this is it in the smallest format that the browser takes.
  return `${variants.srcset}, ${url}${url.includes('?') ? '&' : '?'}format=auto ${width}w`;
}
