import { getTranslations } from "next-intl/server";
import { MembersOnly } from "@/account/MembersOnly";
import { Notifications } from "@/notifications/Notifications";

export default async function NotificationsPage() {
  const t = await getTranslations("notifications");
  return (
    <MembersOnly>
      <h1>{t("title")}</h1>
      <Notifications />
    </MembersOnly>
  );
}
