import assert from "node:assert/strict";
import { chmodSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, afterEach, test } from "node:test";
import fc from "fast-check";
import { downloadGoModule, ModuleNotServed } from "../../../commands/lib/goModule.ts";
import { readRelease } from "../../../commands/lib/pinRelease.ts";
import { formatPins, newestOfEachMinor } from "../../../commands/lib/pinsFile.ts";
import { gatewayApiDigests, pinnedCharts } from "../../../components/versions/pins.ts";
import { ciliumMinors } from "../../../components/versions/supported.ts";

const pins = { charts: pinnedCharts, gatewayApi: gatewayApiDigests };
const environment = { ...process.env };
const folder = mkdtempSync(join(tmpdir(), "pins-"));
afterEach(() => {
  process.env = { ...environment };
});
after(() => {
  rmSync(folder, { recursive: true });
});

test("the file with the pins is what npm run pin writes", async () => {
  const { path, content } = await formatPins(pins);
  const newest = newestOfEachMinor(Object.keys(pinnedCharts));
  const wanted = Array.from(readFileSync(path, "utf8").matchAll(/^\/\/ renovate: cilium (.*)$/gm), ([, release = ""]) => release);
  const missing = wanted.filter((release) => !newest.includes(release));
  assert.deepEqual(missing, [], `run: npm run pin -- ${missing.join(", or ")}`);
  assert.equal(readFileSync(path, "utf8"), content, "run npm run pin with any pinned release, which writes the file again");
});

test("the same pins in another order give the same file, sorted by release and not by letters", async () => {
  const { content } = await formatPins(pins);
  const reversed = <T>(byRelease: Readonly<Record<string, T>>) => Object.fromEntries(Object.entries(byRelease).toReversed());
  assert.equal((await formatPins({ charts: reversed(pins.charts), gatewayApi: reversed(pins.gatewayApi) })).content, content);
  const keys = (text: string) => Array.from(text.matchAll(/^ {2}"([^"]*)":/gm), ([, key]) => key);
  const charts = { "1.19.0": pinnedCharts["1.19.6"] ?? assert.fail(), ...pinnedCharts };
  assert.deepEqual(keys((await formatPins({ ...pins, charts })).content).slice(0, 4), ["1.18.4", "1.18.11", "1.18.12", "1.19.0"]);
});

test("the newest release of each minor is the one with the highest number, whatever the order", () => {
  assert.deepEqual(newestOfEachMinor(["1.18.4", "1.18.12", "1.20.0", "1.19.6", "1.18.9"]), ["1.18.12", "1.19.6", "1.20.0"]);
  assert.deepEqual(newestOfEachMinor([]), []);
});

test("every final release of a supported minor can be pinned", () => {
  const release = fc
    .tuple(fc.constantFrom(...Object.keys(ciliumMinors)), fc.nat(99))
    .map(([minor, patch]) => `${minor}.${patch}`);
  fc.assert(
    fc.property(release, (version) => {
      assert.equal(readRelease([version]), version);
    }),
  );
});

test("anything but one final release of a supported minor is refused, and the error says what can be pinned", () => {
  const supported = "supported are releases of 1\\.18, 1\\.19, 1\\.20";
  for (const [words, message] of [
    [[], "^name one release of Cilium, such as: `npm run pin -- 1\\.20\\.2`$"],
    [["1.20.2", "1.20.3"], "^name one release of Cilium"],
    [["latest"], `^latest is not a release such as 1\\.20\\.2; ${supported}$`],
    [["v1.20.2"], `^v1\\.20\\.2 is not a release such as 1\\.20\\.2; ${supported}$`],
    [["1.20"], `^1\\.20 is not a release such as`],
    [
      ["1.17.9"],
      `^1\\.17\\.9 is not supported; ${supported}, and a new minor release first needs an entry in components/versions/supp`,
    ],
    [["2.18.4"], "^2\\.18\\.4 is not supported; "],
    [["1.20.0-rc.1"], "^1\\.20\\.0-rc\\.1 is a prerelease; only final releases are pinned$"],
  ] as const) {
    assert.throws(() => readRelease(words), { message: new RegExp(message) }, words.join(" "));
  }
});

/** What Go answers for a module, in its own words. */
const answers: Readonly<Record<string, { readonly words: string; readonly isServed: boolean }>> = {
  "a proxy that withholds it": {
    words:
      "reading https://proxy.example.com/@v/v1.18.12.info: 403 Forbidden\n\tserver response: This module version is not available.",
    isServed: false,
  },
  "a proxy that does not know it": { words: "reading https://proxy.example.com/@v/v1.info: 404 Not Found", isServed: false },
  "a proxy that removed it": { words: "reading https://proxy.example.com/@v/v1.info: 410 Gone", isServed: false },
  "a repository without this tag": { words: "invalid version: unknown revision v1.18.99", isServed: false },
  "a source that is too large for a module": {
    words: "create zip: module source tree too large (max size is 524288000 bytes)",
    isServed: false,
  },
  "no connection": {
    words: 'Get "https://proxy.example.com": dial tcp 127.0.0.1:443: connect: connection refused',
    isServed: true,
  },
  "a proxy that is broken": { words: "reading https://proxy.example.com/@v/v1.info: 502 Bad Gateway", isServed: true },
  "a hash that the checksum database does not confirm": {
    words: "verifying module: checksum mismatch\n\tdownloaded: h1:403 \n\tsum.golang.org: h1:404 ",
    isServed: true,
  },
};

test("only an answer that Go has no such module counts as not served, and all errors quote Go", () => {
  for (const [name, { words, isServed }] of Object.entries(answers)) {
    const answer = JSON.stringify({ Path: "example.org/a", Error: `example.org/a@v1: ${words}` });
    writeFileSync(join(folder, "go"), `#!/bin/sh\n[ "$1" = version ] && exit 0\nprintf '%s\\n' '${answer}'\nexit 1\n`);
    chmodSync(join(folder, "go"), 0o755);
    process.env["PATH"] = folder;
    assert.throws(
      () => downloadGoModule("example.org/a", "v1"),
      (error: Error) => {
        assert.equal(error instanceof ModuleNotServed, !isServed, name);
        assert.equal(error.message, `example.org/a@v1 could not be downloaded: ${words.trim().replaceAll(/\s+/g, " ")}`);
        return true;
      },
    );
  }
});
