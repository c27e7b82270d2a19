// Uploads a file by tus-js-client as it is published: node upload.mjs FILE ENDPOINT TOKEN [deferred]
import { createReadStream, statSync } from "node:fs";
import { PassThrough } from "node:stream";
import * as tus from "tus-js-client";

const [path, endpoint, token, kind] = process.argv.slice(2);
const isDeferred = kind === "deferred";
const source = createReadStream(path);
const options = isDeferred
  ? { uploadLengthDeferred: true, chunkSize: 8 * 1024 * 1024 }
  : { uploadSize: statSync(path).size };

const upload = new tus.Upload(isDeferred ? source.pipe(new PassThrough()) : source, {
  endpoint,
  headers: { Authorization: `Bearer ${token}` },
  metadata: { filename: "rules.pdf", filetype: "application/pdf", field: "posts.attachment" },
  retryDelays: Array(300).fill(500),
  ...options,
  onError(error) {
    console.error(String(error));
    process.exit(1);
  },
  onSuccess() {
    console.log(upload.url);
    process.exit(0);
  },
});
upload.start();
