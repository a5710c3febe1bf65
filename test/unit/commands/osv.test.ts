import assert from "node:assert/strict";
import { createServer, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import { join } from "node:path";
import { text } from "node:stream/consumers";
import { after, before, test } from "node:test";
import { advisoryDifferences, fetchVulnerabilities } from "../../../commands/lib/osv.ts";
import { root } from "../../../commands/lib/root.ts";
import { advisories, type Advisory } from "../../../components/versions/advisories.ts";
import { runAsync } from "../../../tools/childProcess.mjs";

/** The table as osv.dev publishes it: from the Go database, with older minors and other modules. */
const published = Object.entries(advisories).map(([id, { cve, title, affected }]: [string, Advisory], index) => ({
  id: `GO-2026-${4000 + index}`,
  aliases: [cve ?? "CVE-2026-1", id],
  summary: title,
  affected: [
    {
      package: { ecosystem: "Go", name: "github.com/cilium/cilium" },
      ranges: [
        {
          type: "SEMVER",
          events: [
            { introduced: "0" },
            { fixed: "1.17.14" },
            ...affected.flatMap(({ from, fixed }) => [{ introduced: from }, { fixed }]),
          ],
        },
      ],
    },
    {
      package: { ecosystem: "Go", name: "github.com/cilium/tetragon" },
      ranges: [{ type: "SEMVER", events: [{ introduced: "1.18.0" }] }],
    },
  ],
}));
const [first] = published;
if (first === undefined) throw new Error("the table is empty");
const withEvents = (events: readonly object[]) => ({
  ...first,
  affected: [{ package: { name: "github.com/cilium/cilium" }, ranges: [{ events: [...events] }] }],
});

test("what is published as the table has it is no difference", () => {
  assert.deepEqual(advisoryDifferences(advisories, published), []);
});

test("every advisory that the table lacks is a difference", () => {
  for (const { aliases, summary } of published) {
    const [, id = ""] = aliases;
    const others = Object.fromEntries(Object.entries(advisories).filter(([other]) => other !== id));
    const [difference = "", ...more] = advisoryDifferences(others, published);
    assert(difference.startsWith(`${id} is missing: ${summary} (1.`), difference);
    assert.deepEqual(more, []);
  }
});

test("other affected releases are a difference", () => {
  const { "GHSA-38pp-6gcp-rqvm": known } = advisories;
  for (const [events, ranges] of [
    [[{ introduced: "1.18.0" }, { fixed: "1.18.5" }], "1.18.0 until 1.18.5"],
    [[{ introduced: "0" }, { fixed: "1.18.5" }], "1.18.0 until 1.18.5"],
    [[{ introduced: "1.18.1" }], "1.18.1 until the next release"],
    [[{ introduced: "1.18.0-pre.0" }, { last_affected: "1.18.6" }], "1.18.0 until 1.18.7, and"],
    [[{ introduced: "1.17.0" }, { fixed: "1.17.3" }], "no supported release"],
  ] as const) {
    const [difference = ""] = advisoryDifferences({ "GHSA-38pp-6gcp-rqvm": known }, [withEvents(events)]);
    assert(difference.startsWith(`GHSA-38pp-6gcp-rqvm is published for ${ranges}`), difference);
  }
});

test("an advisory that is not published, or was withdrawn, is a difference", () => {
  const [, id = ""] = first.aliases;
  assert.deepEqual(advisoryDifferences(advisories, published.slice(1)), [`${id} is here, and is not published`]);
  const withdrawn = published.map((each, index) => (index === 0 ? { ...each, withdrawn: "2026-01-01T00:00:00Z" } : each));
  assert.deepEqual(advisoryDifferences(advisories, withdrawn), [`${id} is here, and was withdrawn`]);
});

test("older minors and withdrawn records are no difference, and of several records the one of the Go database counts", () => {
  const old = { ...withEvents([{ introduced: "0" }, { fixed: "1.17.3" }]), id: "GHSA-2222-3333-4444", aliases: [] };
  const withdrawn = { ...withEvents([{ introduced: "1.18.0" }]), id: "GO-2026-1", aliases: [], withdrawn: "2026-01-01" };
  const [, ghsa = ""] = first.aliases;
  const copy = { ...withEvents([{ introduced: "1.18.0" }, { fixed: "1.18.99" }]), id: ghsa, aliases: [] };
  assert.deepEqual(advisoryDifferences(advisories, [old, withdrawn, copy, ...published]), []);
});

let server: Server;
let address = "";
/** The answers of the server, page by page. */
let pages: readonly object[] = [];
before(async () => {
  server = createServer((request, response) => {
    void text(request).then((body) => {
      const { page_token: token = "0", package: asked } = JSON.parse(body) as {
        page_token?: string;
        package: { name: string };
      };
      const page = pages[Number(token)];
      const isKnown = request.url === "/v1/query" && asked.name === "github.com/cilium/cilium" && page !== undefined;
      response.writeHead(isKnown ? 200 : 500).end(JSON.stringify(page ?? {}));
    });
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  address = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
});
after(() => {
  server.close();
});

test("an answer can have several pages, or nothing", async () => {
  pages = [{ vulns: published.slice(0, 2), next_page_token: "1" }, { vulns: published.slice(2) }];
  assert.deepEqual(await fetchVulnerabilities(address), published);
  pages = [{}];
  assert.deepEqual(await fetchVulnerabilities(address), []);
});

test("a server that fails or does not answer is an error that names it", async () => {
  pages = [];
  await assert.rejects(fetchVulnerabilities(address), { message: `${address}/v1/query answers with status 500` });
  await assert.rejects(
    fetchVulnerabilities("http://127.0.0.1:1"),
    /^Error: http:\/\/127\.0\.0\.1:1\/v1\/query does not answer: /,
  );
});

test("npm run advisories succeeds if nothing differs, and fails with the differences", async () => {
  const command = () =>
    runAsync(process.execPath, [join(root, "commands", "advisories.ts"), "--server", address], { seconds: 60 });
  pages = [{ vulns: published }];
  await command();
  pages = [
    {
      vulns: [
        ...published,
        { ...withEvents([{ introduced: "1.19.0" }, { fixed: "1.19.9" }]), id: "GHSA-2222-3333-4444", aliases: [] },
      ],
    },
  ];
  await assert.rejects(command(), /differs from [^]*GHSA-2222-3333-4444 is missing: .* \(1\.19\.0\s+until 1\.19\.9\)/);
});
