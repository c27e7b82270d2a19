"use client";

import { useTranslations } from "next-intl";
import { type FormEvent, useRef, useState } from "react";
import { holobase } from "@/holobase/browser";
import { ProblemText } from "@/layout/ProblemText";
import { useAction } from "@/layout/useAction";

const REASONS = [
  "spam",
  "harassment",
  "hate",
  "sexual",
  "violence",
  "self_harm",
  "stolen_art",
  "personal_data",
  "off_topic",
  "other",
] as const;

/** Asks what is wrong with a record, and tells the moderators. */
export function ReportButton({ resource, id }: { resource: string; id: string }) {
  const t = useTranslations("report");
  const dialog = useRef<HTMLDialogElement>(null);
  const [reason, setReason] = useState<(typeof REASONS)[number]>(REASONS[0]);
  const [text, setText] = useState("");
  const [isSent, setSent] = useState(false);
  const report = useAction(() =>
    holobase.reports.create({ target_resource: resource, target_id: id, reason, text }),
  );

  async function submit(event: FormEvent) {
    event.preventDefault();
    if (await report.run()) {
      setSent(true);
      dialog.current?.close();
    }
  }

  if (isSent) return <span role="status">{t("sent")}</span>;
  return (
    <>
      <button type="button" className="quiet" onClick={() => dialog.current?.showModal()}>
        {t("report")}
      </button>
      <dialog ref={dialog} aria-label={t("report")}>
        <form onSubmit={(event) => void submit(event)} className="stack">
          <label>
            {t("reason")}
            <select value={reason} onChange={(event) => setReason(event.target.value as typeof reason)}>
              {REASONS.map((name) => (
                <option key={name} value={name}>
                  {t(`reasons.${name}`)}
                </option>
              ))}
            </select>
          </label>
          <label>
            {t("text")}
            <textarea maxLength={2000} rows={3} value={text} onChange={(event) => setText(event.target.value)} />
          </label>
          <ProblemText problem={report.problem} />
          <p className="row">
            <button disabled={report.isRunning}>{t("send")}</button>
            <button type="button" className="quiet" onClick={() => dialog.current?.close()}>
              {t("cancel")}
            </button>
          </p>
        </form>
      </dialog>
    </>
  );
}
