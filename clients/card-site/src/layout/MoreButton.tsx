"use client";

import { useTranslations } from "next-intl";

interface Props {
  pages: { hasMore: boolean; isLoading: boolean; loadMore: () => Promise<unknown> };
}

export function MoreButton({ pages }: Props) {
  const t = useTranslations("layout");
  if (!pages.hasMore) return null;
  return (
    <p className="centred">
      <button type="button" className="quiet" disabled={pages.isLoading} onClick={() => void pages.loadMore()}>
        {t("more")}
      </button>
    </p>
  );
}
