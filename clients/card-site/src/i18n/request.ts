import { hasLocale } from "next-intl";
import { getRequestConfig } from "next-intl/server";
import { routing } from "./routing";

export default getRequestConfig(async ({ requestLocale }) => {
  const requested = await requestLocale;
  const locale = hasLocale(routing.locales, requested) ? requested : routing.defaultLocale;
  const { default: messages } = await import(`../../messages/${locale}.json`);
  // One clock and zone for server and browser, or the page would be drawn twice.
  return { locale, messages, now: new Date(), timeZone: "UTC" };
});
