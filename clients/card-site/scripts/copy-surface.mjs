// A card's surface is drawn by one style sheet, for the admin and for the site.
import { copyFileSync } from "node:fs";

const from = new URL("../../../cards/static/cards/admin/card_face.css", import.meta.url);
copyFileSync(from, new URL("../src/cards/surface.css", import.meta.url));
