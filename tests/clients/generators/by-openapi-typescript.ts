/** openapi-typescript with openapi-fetch: list with expand, upload, a problem by its code. */
import createClient from "openapi-fetch";
import type { paths } from "./openapi-typescript.schema";

const [url = "", token = "", picture = ""] = process.argv.slice(2);
const holobase = createClient<paths>({ baseUrl: url, headers: { Authorization: `Bearer ${token}` } });

const front = new Blob([Buffer.from(picture, "base64")], { type: "image/png" });
const made = await holobase.POST("/api/v1/cards", {
  body: { title: "Ember", rarity: "epic", status: "published", front },
  bodySerializer(body) {
    const form = new FormData();
    for (const [name, value] of Object.entries(body ?? {})) form.append(name, value as string | Blob);
    return form;
  },
});
const uploaded: number | null | undefined = made.data?.front?.width;

const { data } = await holobase.GET("/api/v1/cards", {
  params: { query: { expand: ["creator"], rarity: "epic", sort: ["-like_count"] } },
  querySerializer: { array: { style: "form", explode: false } },
});
const listed: string | undefined = data?.results[0]?.expand?.creator?.username;

const { error } = await holobase.POST("/api/v1/cards", { body: { title: "" } });
const refused = error?.code === "invalid" ? error.errors?.[0]?.field : undefined;
console.log(JSON.stringify({ listed, uploaded, refused }));
