// Of an operation that takes JSON or a form it keeps one: the form, which pictures go along in.
export default {
  input: "./openapi.json",
  output: "hey-api",
  parser: {
    patch: {
      operations: {
        "POST /api/v1/cards": (operation) => {
          delete operation.requestBody.content["application/json"];
        },
      },
    },
  },
};
