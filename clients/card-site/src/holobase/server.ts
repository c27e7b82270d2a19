import { problemOf } from "holobase";
import { serverClient } from "holobase/next";
import { cookies } from "next/headers";
import { notFound } from "next/navigation";
import { getLocale } from "next-intl/server";
import type { Member } from "@/holobase";
import { SITE } from "@/holobase/site";

/** Return a client of whoever the page is rendered for. */
export async function serverHolobase() {
  return serverClient({ url: SITE.url, language: await getLocale() }, await cookies());
}

/** Return the member whose session the cookies hold, or null. */
export async function sessionMember(): Promise<Member | null> {
  const holobase = await serverHolobase();
  if (!holobase.auth.isSignedIn) return null;
  // A session that has ended meanwhile is found out by the browser, too.
  return holobase.users.view("me").catch(() => null);
}

/** Wait for a record; show the page for what is not there if it can't be seen. */
export async function orNotFound<T>(asked: Promise<T>): Promise<T> {
  try {
    return await asked;
  } catch (error) {
    if (problemOf(error)?.code === "not_found") notFound();
    throw error;
  }
}
