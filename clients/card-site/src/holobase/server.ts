import { problemOf } from "holobase";
import { serverClient } from "holobase/next";
import { cookies } from "next/headers";
import { notFound } from "next/navigation";
import { getLocale } from "next-intl/server";
import { SITE } from "@/holobase/site";

/** Return a client of whoever the page is rendered for. */
export async function serverHolobase() {
  return serverClient({ url: SITE.url, language: await getLocale() }, await cookies());
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
