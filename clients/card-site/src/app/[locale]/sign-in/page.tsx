import { getTranslations } from "next-intl/server";
import { SignIn } from "@/account/SignIn";

export default async function SignInPage() {
  const t = await getTranslations("account");
  return (
    <>
      <h1>{t("signIn")}</h1>
      <SignIn />
    </>
  );
}
