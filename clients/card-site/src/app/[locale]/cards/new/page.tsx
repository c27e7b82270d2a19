import { getTranslations } from "next-intl/server";
import { CardEditor } from "@/cards/CardEditor";
import { MembersOnly } from "@/account/MembersOnly";

export default async function NewCardPage() {
  const t = await getTranslations("editor");
  return (
    <MembersOnly>
      <h1>{t("new")}</h1>
      <CardEditor />
    </MembersOnly>
  );
}
