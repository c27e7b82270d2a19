"use client";

import { useUser } from "holobase/react";
import { holobase } from "@/holobase/browser";

/** The member who is signed in; null for nobody, and until the browser has asked. */
export function useMember() {
  return useUser(holobase);
}
