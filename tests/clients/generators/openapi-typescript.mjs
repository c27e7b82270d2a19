// Files are `Blob`s: https://openapi-ts.dev/node has this transform as its example.
import { readFileSync, writeFileSync } from "node:fs";
import openapiTS, { astToString } from "openapi-typescript";
import ts from "typescript";

const BLOB = ts.factory.createTypeReferenceNode(ts.factory.createIdentifier("Blob"));
const document = JSON.parse(readFileSync("openapi.json", "utf8"));
const ast = await openapiTS(document, {
  transform: (schema) => (schema.format === "binary" ? BLOB : undefined),
});
writeFileSync("openapi-typescript.schema.ts", astToString(ast));
