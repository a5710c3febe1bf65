// The documentation site as a reader gets it: built, served, and opened in a browser without any network but the site itself.
import { once } from "node:events";
import type { Server } from "node:http";
import type { AddressInfo } from "node:net";
import puppeteer, { type Browser, type Page } from "puppeteer-core";
import { build, serve } from "vitepress";
import { findProgram } from "../../commands/lib/programs.ts";
import { docsFolder } from "../../commands/lib/siteLinks.ts";

/** What a page shows. */
export interface PageContent {
  readonly headings: readonly string[];
  /** Addresses of all links, absolute. */
  readonly links: readonly string[];
  /** What the links with a # can lead to. */
  readonly anchors: readonly string[];
  /** How much wider than the window the page is. */
  readonly overhang: number;
  /** The beginnings of the tables that do not fit. */
  readonly cutTables: readonly string[];
}

// Text, because the functions of this project have no types of a browser.
const readContent = `({
  headings: Array.from(document.querySelectorAll("main h1"), ({ firstChild }) => firstChild.textContent.trim()),
  links: Array.from(document.querySelectorAll("a[href]"), ({ href }) => href),
  anchors: Array.from(document.querySelectorAll("[id]"), ({ id }) => id),
  overhang: document.documentElement.scrollWidth - window.innerWidth,
  cutTables: Array.from(document.querySelectorAll("main table"))
    .filter(({ scrollWidth, clientWidth }) => scrollWidth > clientWidth)
    .map(({ textContent }) => textContent.trim().slice(0, 40)),
})`;

/** As on GitHub Pages, which serves a project below its name. */
const base = "/talos-cilium-cni/";

export class Site {
  readonly origin: string;
  /** The address of the home page, without the slash at its end. */
  readonly address: string;
  readonly #server: Server;
  readonly #browser: Browser;

  private constructor(server: Server, browser: Browser) {
    this.origin = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
    this.address = `${this.origin}${base.slice(0, -1)}`;
    this.#server = server;
    this.#browser = browser;
  }

  static async start(): Promise<Site> {
    process.env["DOCS_BASE"] = base;
    await build(docsFolder);
    const { server } = (await serve({ root: docsFolder, base, port: 0 })) as unknown as { readonly server: Server };
    if (!server.listening) await once(server, "listening");
    const browser = await puppeteer.launch({
      executablePath: findProgram("chromium") ?? "chromium",
      args: [
        // The names of other hosts do not resolve.
        "--host-resolver-rules=MAP * ~NOTFOUND, EXCLUDE 127.0.0.1",
        // Chromium refuses its sandbox to root.
        ...(process.getuid?.() === 0 ? ["--no-sandbox"] : []),
      ],
    });
    return new Site(server, browser);
  }

  async stop(): Promise<void> {
    await this.#browser.close();
    this.#server.closeAllConnections();
    this.#server.close();
  }

  /** Opens a new tab, and collects what goes wrong in it. */
  async openTab(width = 1280): Promise<{ readonly page: Page; readonly complaints: string[] }> {
    const page = await this.#browser.newPage();
    await page.setViewport({ width, height: 900 });
    const complaints: string[] = [];
    const complain = (text: string) => complaints.push(`${page.url()}: ${text}`);
    page.on("console", (message) => {
      if (["error", "warn"].includes(message.type())) complain(`console: ${message.text()}`);
    });
    page.on("pageerror", (error) => complain(`exception: ${String(error)}`));
    page.on("request", (request) => {
      if (!request.url().startsWith(`${this.address}/`) && !request.url().startsWith("data:")) complain(`asks ${request.url()}`);
    });
    page.on("requestfailed", (request) => complain(`no answer: ${request.url()}`));
    page.on("response", (response) => {
      if (response.status() >= 400) complain(`${response.status()}: ${response.url()}`);
    });
    return { page, complaints };
  }

  /** Loads a page by its address, and returns what it shows when nothing more is loaded. */
  async read(page: Page, address: string): Promise<PageContent> {
    await page.goto(address, { waitUntil: "networkidle0" });
    return (await page.evaluate(readContent)) as PageContent;
  }
}
