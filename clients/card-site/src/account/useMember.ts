"use client";

import { useUser } from "holobase/react";
import { createContext, useContext } from "react";
import type { Member } from "@/holobase";
import { holobase } from "@/holobase/browser";

/** The member whom the server has rendered the page for. */
export const RenderedFor = createContext<Member | null>(null);

/** The member who is signed in; null for nobody. */
export function useMember() {
  return useUser(holobase, useContext(RenderedFor));
}
