/** What a card's own page shows beside the card. */
export const SHOWN = { expand: ["creator", "template", "remixed_from"] } as const;
