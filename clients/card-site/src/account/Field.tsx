import type { InputHTMLAttributes } from "react";

type Props = InputHTMLAttributes<HTMLInputElement> & { name: string; label: string };

export function Field({ label, ...input }: Props) {
  return (
    <label>
      {label}
      <input required {...input} />
    </label>
  );
}

export function textOf(form: FormData, name: string): string {
  return String(form.get(name) ?? "");
}
