/** @hey-api/openapi-ts: list with expand, upload, a problem by its code. */
import { client } from "./hey-api/client.gen";
import { cardsCreate, cardsList } from "./hey-api/sdk.gen";

const [url = "", token = "", picture = ""] = process.argv.slice(2);
client.setConfig({ baseUrl: url, auth: token });

const front = new Blob([Buffer.from(picture, "base64")], { type: "image/png" });
const made = await cardsCreate({ body: { title: "Ember", rarity: "epic", status: "published", front } });
const uploaded: number | null | undefined = made.data?.front?.width;

const { data } = await cardsList({ query: { expand: ["creator"], rarity: "epic", sort: ["-like_count"] } });
const listed: string | undefined = data?.results[0]?.expand?.creator?.username;

const { error } = await cardsCreate({ body: { title: "" } });
const refused = error?.code === "invalid" ? error.errors?.[0]?.field : undefined;
console.log(JSON.stringify({ listed, uploaded, refused }));
