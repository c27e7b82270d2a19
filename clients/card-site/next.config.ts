import path from "node:path";
import type { NextConfig } from "next";
import createNextIntlPlugin from "next-intl/plugin";

/** Where Holobase answers. What the browser is sent on to is fixed when the site is built. */
const HOLOBASE = process.env.HOLOBASE_URL ?? "http://localhost:8000";

const config: NextConfig = {
  poweredByHeader: false,
  reactStrictMode: true,
  // A few kilobytes that the first picture need not wait for.
  experimental: { inlineCss: true },
  turbopack: { root: path.join(import.meta.dirname, "..") },
  // Pictures come in the sizes and formats that Holobase makes of them.
  images: { unoptimized: true },
  // One site for the browser: no CORS, and the session's cookie is the site's own.
  async rewrites() {
    return ["/api/:path*", "/files/:path*", "/share/:path*", "/ws/:path*"].map((source) => ({
      source,
      destination: `${HOLOBASE}${source}`,
    }));
  },
};

export default createNextIntlPlugin("./src/i18n/request.ts")(config);
