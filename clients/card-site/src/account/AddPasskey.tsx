"use client";

import { registerPasskey } from "holobase";
import { useTranslations } from "next-intl";
import { useState } from "react";
import { holobase } from "@/holobase/browser";
import { ActionButton } from "@/layout/ActionButton";

/** Makes a passkey of this device, to sign in with. */
export function AddPasskey({ name }: { name: string }) {
  const t = useTranslations("account");
  const [isAdded, setAdded] = useState(false);
  async function add() {
    await registerPasskey(holobase, name);
    setAdded(true);
  }

  if (isAdded) return <p role="status">{t("passkeyAdded")}</p>;
  return <ActionButton send={add}>{t("addPasskey")}</ActionButton>;
}
