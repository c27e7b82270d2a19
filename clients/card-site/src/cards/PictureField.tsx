"use client";

const FORMATS = "image/png,image/jpeg,image/webp,image/gif,image/avif";

export function PictureField({ label, onChoose }: { label: string; onChoose: (file: File | undefined) => void }) {
  return (
    <label>
      {label}
      <input type="file" accept={FORMATS} onChange={(event) => onChoose(event.target.files?.[0])} />
    </label>
  );
}
