// A headless Chromium of the system's, driven by playwright-core; WebGL and WebGPU compute in software.
import { existsSync, mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { chromium } from "playwright-core";

/** Its path; undefined where there is none on the PATH. */
export const chromiumPath = () =>
  ["chromium", "chromium-browser", "google-chrome"]
    .flatMap((name) => (process.env["PATH"] ?? "").split(":").map((folder) => join(folder, name)))
    .find((path) => existsSync(path));

const args = [
  "--use-gl=angle",
  "--use-angle=swiftshader",
  "--enable-unsafe-swiftshader",
  "--enable-unsafe-webgpu",
  "--use-webgpu-adapter=swiftshader",
];

/** Opens a browser with a profile of its own, so that pages find what others kept: `page(url)` opens one, `close()` ends it. */
export async function openChromium(executablePath, more = []) {
  const profile = mkdtempSync(join(tmpdir(), "espalier-chromium-"));
  const context = await chromium.launchPersistentContext(profile, {
    executablePath,
    args: [...args, ...more],
    chromiumSandbox: false,
    viewport: { width: 800, height: 900 },
  });
  return {
    async page(url) {
      const page = await context.newPage();
      /** What the console says, and what nobody catches. */
      const said = [];
      page.on("console", (message) => said.push(message.text()));
      page.on("pageerror", (error) => said.push(String(error)));
      await page.goto(url);
      /** Asked anew again and again: what playwright waits by itself is code made of text, which pages may forbid. */
      const awaited = async (look, isSo, seconds, otherwise) => {
        for (const end = Date.now() + 1000 * seconds; ;) {
          const found = await look();
          if (isSo(found)) return found;
          if (Date.now() > end) throw new Error(`${url}: ${otherwise(found)}; ${said.join("; ")}`);
          await page.waitForTimeout(30);
        }
      };
      return {
        said,
        click: (selector) => page.click(selector),
        evaluate: (expression) => page.evaluate(expression),
        screenshot: () => page.screenshot(),
        close: () => page.close(),
        /** Asks the browser itself, by its protocol. */
        ask: async (method, params) => (await context.newCDPSession(page)).send(method, params),
        /** The text of an element once it is such that `pattern` matches it. */
        text: (selector, pattern, seconds = 120) =>
          awaited(
            () => page.textContent(selector, { timeout: 1000 * seconds }),
            (text) => pattern.test(text),
            seconds,
            (text) => `${selector} is ${JSON.stringify(text)}, not ${pattern}`,
          ),
        /** Waits until an expression holds. */
        until: (expression, seconds = 120) =>
          awaited(
            () => page.evaluate(expression),
            Boolean,
            seconds,
            () => `it never holds that ${expression}`,
          ),
      };
    },
    async close() {
      await context.close();
      rmSync(profile, { recursive: true, force: true, maxRetries: 10, retryDelay: 100 });
    },
  };
}
