import { sessionRoute } from "holobase/next";
import { SITE } from "@/holobase/site";

export const { POST, DELETE } = sessionRoute(SITE);
