import { getTranslations } from "next-intl/server";
import { MembersOnly } from "@/account/MembersOnly";
import { EditCard } from "@/cards/EditCard";

export default async function EditCardPage({ params }: { params: Promise<{ id: string }> }) {
  const t = await getTranslations("editor");
  const { id } = await params;
  return (
    <MembersOnly>
      <h1>{t("edit")}</h1>
      <EditCard id={id} />
    </MembersOnly>
  );
}
