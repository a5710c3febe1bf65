// The documentation site in a real browser: every page, every link, the way of a newcomer, and the search.
import assert from "node:assert/strict";
import { globSync } from "node:fs";
import { after, before, test } from "node:test";
import type { Page } from "puppeteer-core";
import { docsFolder } from "../../commands/lib/siteLinks.ts";
import { type PageContent, Site } from "../harness/site.ts";

let site: Site;
before(async () => {
  site = await Site.start();
});
after(async () => {
  await site.stop();
});

const heading = async (page: Page) =>
  (await page.evaluate(`document.querySelector("main h1")?.firstChild.textContent.trim()`)) as string | undefined;

/** Clicks a link in the text of the page, as a reader does, and waits for the page with this heading. */
async function follow(page: Page, text: string, expected: string): Promise<void> {
  await page.locator(`main ::-p-xpath(.//a[normalize-space()="${text}"])`).click();
  await page.waitForFunction(`document.querySelector("main h1")?.firstChild.textContent.trim() === ${JSON.stringify(expected)}`);
}

test(
  "every page is reached from the home page, every link leads somewhere, no table is cut, and no page complains",
  { timeout: 300_000 },
  async () => {
    const { page, complaints } = await site.openTab();
    const pages = new Map<string, PageContent>();
    const links: { readonly from: string; readonly to: URL }[] = [];
    const waiting = [`${site.address}/`];
    for (let address = waiting.pop(); address !== undefined; address = waiting.pop()) {
      if (pages.has(address)) continue;
      const content = await site.read(page, address);
      pages.set(address, content);
      for (const to of content.links.map((link) => new URL(link)).filter(({ origin }) => origin === site.origin)) {
        links.push({ from: address, to });
        waiting.push(`${to.origin}${to.pathname}`);
      }
    }
    assert.deepEqual(complaints, []);
    const built = globSync("**/*.html", { cwd: `${docsFolder}/.vitepress/dist` }).filter((file) => file !== "404.html");
    const addresses = built.map((file) => `${site.address}/${file.replace(/(^|\/)index\.html$/, "$1")}`);
    assert.deepEqual([...pages.keys()].map(withoutIndex).filter(isFirst).toSorted(), addresses.toSorted());
    for (const [address, { headings }] of pages) assert.equal(headings.length, 1, address);
    assert.deepEqual(
      Array.from(pages).flatMap(([address, content]) => widthProblems(address, content)),
      [],
    );
    const withAnchor = links.filter(({ to }) => to.hash !== "" && to.hash !== "#VPContent");
    assert(withAnchor.length > 50);
    for (const { from, to } of withAnchor) {
      const anchors = pages.get(`${to.origin}${to.pathname}`)?.anchors ?? [];
      assert(anchors.includes(decodeURIComponent(to.hash.slice(1))), `${from} links to ${to.href}`);
    }
  },
);

test("on a phone, no page is wider than the screen, and no table is cut", { timeout: 300_000 }, async () => {
  const { page, complaints } = await site.openTab(390);
  const { links } = await site.read(page, `${site.address}/`);
  const addresses = links.filter((link) => link.startsWith(site.address)).map((link) => link.replace(/#.*/, ""));
  const tooWide = [];
  for (const address of new Set(addresses)) tooWide.push(...widthProblems(address, await site.read(page, address)));
  assert(new Set(addresses).size > 20);
  assert.deepEqual(tooWide, []);
  assert.deepEqual(complaints, []);
});

test("on a phone, each cell of a row is below the heading of its column", { timeout: 60_000 }, async () => {
  const { page } = await site.openTab(390);
  await site.read(page, `${site.address}/inputs.html`);
  const label = `getComputedStyle(cell, "::before").content`;
  const labels = await page.evaluate(`Array.from(document.querySelectorAll("main tbody tr:first-child td"), (cell) => ${label})`);
  assert.deepEqual(labels, ['"Input"', '"Type"', '"Default"', '"Meaning"']);
  const isVisible = await page.evaluate(`document.querySelector("main thead").checkVisibility()`);
  assert.equal(isVisible, false);
});

test(
  "a newcomer gets from the home page to each delivery, and from there to an answer on the LAN",
  { timeout: 60_000 },
  async () => {
    const { page, complaints } = await site.openTab();
    for (const [link, title, command] of [
      ["A manifest", "A manifest", "npm run manifest"],
      ["An existing cluster", "An existing cluster", "pulumi config set delivery chart"],
      ["A new cluster", "A new cluster", 'delivery: "machineConfig"'],
    ] as const) {
      await site.read(page, `${site.address}/`);
      await follow(page, link, title);
      const code = (await page.evaluate(
        `Array.from(document.querySelectorAll("main pre"), (each) => each.textContent)`,
      )) as string[];
      assert(
        code.some((block) => block.includes(command)),
        title,
      );
      await follow(page, "From a Service to an answer on the LAN", "From a Service to an answer on the LAN");
      await follow(page, "doctor.md", "The doctor");
    }
    assert.deepEqual(complaints, []);
  },
);

test("the search finds a section without any other host, and leads there", { timeout: 60_000 }, async () => {
  const { page, complaints } = await site.openTab();
  await site.read(page, `${site.address}/`);
  await page.locator("#local-search button").click();
  await page.locator("#localsearch-input").fill("egress gateway");
  await page.locator(".VPLocalSearchBox .result").click();
  await page.waitForFunction(`location.pathname !== "/"`);
  assert.equal(await heading(page), "Recipes");
  assert.equal(new URL(page.url()).hash, "#egress-gateway");
  assert.deepEqual(complaints, []);
});

test("the checks of this file notice a page that is not there and a request to another host", { timeout: 60_000 }, async () => {
  const { page, complaints } = await site.openTab();
  await site.read(page, `${site.address}/nowhere.html`);
  assert(complaints.some((complaint) => complaint.includes("404: ")));
  complaints.length = 0;
  await site.read(page, `${site.address}/`);
  await page.evaluate(`fetch("http://example.com/").catch(() => undefined)`);
  assert(complaints.some((complaint) => complaint.includes("asks http://example.com/")));
  assert(complaints.some((complaint) => complaint.includes("no answer: http://example.com/")));
});

/** What of a page is wider than its place. */
function widthProblems(address: string, { overhang, cutTables }: PageContent): readonly string[] {
  const tables = cutTables.map((table) => `${address}: the table ${table}`);
  return overhang > 0 ? [`${address}: ${overhang} pixels`, ...tables] : tables;
}

function withoutIndex(address: string): string {
  return address.replace(/\/index\.html$/, "/");
}

function isFirst(item: string, index: number, all: readonly string[]): boolean {
  return all.indexOf(item) === index;
}
