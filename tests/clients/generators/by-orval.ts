/** orval: list with expand, upload, a problem by its code. */
import { cardsCreateWithFormData, cardsCreateWithJson, cardsList } from "./orval/cards/cards";

const [, token = "", picture = ""] = process.argv.slice(2);
const signedIn = { headers: { Authorization: `Bearer ${token}` } };

const front = new Blob([Buffer.from(picture, "base64")], { type: "image/png" });
const made = await cardsCreateWithFormData({ title: "Ember", rarity: "epic", status: "published", front }, {}, signedIn);
const uploaded: number | null | undefined = made.status === 201 ? made.data.front?.width : undefined;

const page = await cardsList({ expand: ["creator"], rarity: "epic", sort: ["-like_count"] }, signedIn);
const listed: string | undefined = page.status === 200 ? page.data.results[0]?.expand?.creator?.username : undefined;

const wrong = await cardsCreateWithJson({ title: "" }, {}, signedIn);
const isInvalid = wrong.status === 400 && wrong.data.code === "invalid";
const refused = isInvalid ? wrong.data.errors?.[0]?.field : undefined;
console.log(JSON.stringify({ listed, uploaded, refused }));
