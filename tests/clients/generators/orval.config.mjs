// Bodies as JSON and as forms become functions of their own: `cardsCreateWithFormData`.
export default {
  holobase: {
    input: "./openapi.json",
    output: {
      target: "orval/api.ts",
      client: "fetch",
      mode: "tags-split",
      baseUrl: process.env.HOLOBASE_URL,
      override: { splitByContentType: true },
    },
  },
};
