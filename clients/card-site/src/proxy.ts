import { renewSession } from "holobase/next";
import type { NextRequest, NextResponse } from "next/server";
import createMiddleware from "next-intl/middleware";
import { SITE } from "@/holobase/site";
import { routing } from "@/i18n/routing";

const toLanguage = createMiddleware(routing);

/** Sends visitors to the pages of their language, with a session that is good while they load. */
export default async function proxy(request: NextRequest): Promise<NextResponse> {
  let response: NextResponse | undefined;
  await renewSession(SITE, request, () => (response = toLanguage(request)));
  return response ?? toLanguage(request);
}

export const config = { matcher: "/((?!api|files|share|ws|_next|.*\\..*).*)" };
