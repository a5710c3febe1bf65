// Downloads a file to a path, or to standard output: `node tools/fetch.mjs <patience> <url> [<file>]`. Sends the number of received bytes and of all to
// its parent process. Gives up if less than a megabyte arrives in as many seconds as the patience is: a build from source would be faster.
import { createWriteStream } from "node:fs";
import { Readable } from "node:stream";
import { pipeline } from "node:stream/promises";

const [patience = "", url = "", file] = process.argv.slice(2);

/** @param {unknown} error @returns {string} */
function describe(error) {
  const { message, cause, errors } = /** @type {Error & { errors?: Error[], code?: string }} */ (error);
  if (cause !== undefined) return describe(cause);
  // When several addresses fail, the error itself has no message.
  return message || (errors?.map((each) => each.message).join(", ") ?? String(error));
}

const stop = new AbortController();
let received = 0;
let before = 0;
let total = NaN;
const watch = setInterval(
  () => {
    if (received - before < 1_000_000 && received !== total) {
      stop.abort(new Error(`only ${received - before} bytes arrived in ${patience} s`));
    }
    before = received;
  },
  Number(patience) * 1000,
);

try {
  // The length of compressed content would be that of the compressed bytes.
  const response = await fetch(url, { signal: stop.signal, headers: { "accept-encoding": "identity" } });
  if (!response.ok || response.body === null) throw new Error(`the server answers ${response.status}`);
  total = Number(response.headers.get("content-length") ?? NaN);
  const count = async function* (/** @type {AsyncIterable<Uint8Array>} */ chunks) {
    for await (const chunk of chunks) {
      received += chunk.length;
      process.send?.([received, total]);
      yield chunk;
    }
  };
  const body = Readable.fromWeb(/** @type {import("node:stream/web").ReadableStream<Uint8Array>} */ (response.body));
  await pipeline(body, count, file === undefined ? process.stdout : createWriteStream(file), { signal: stop.signal });
  if (!Number.isNaN(total) && received !== total) throw new Error(`only ${received} of ${total} bytes arrived`);
} catch (error) {
  const reason = stop.signal.aborted ? /** @type {unknown} */ (stop.signal.reason) : error;
  process.stderr.write(`${describe(reason)}\n`);
  process.exitCode = 1;
} finally {
  clearInterval(watch);
  if (process.connected) process.disconnect();
}
