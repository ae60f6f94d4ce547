// A headless Chromium, driven through the pipe that it listens to for its developer tools.
import { spawn } from "node:child_process";
import { existsSync, mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";

/** Its path; undefined where there is none on the PATH. */
export const chromiumPath = () =>
  ["chromium", "chromium-browser", "google-chrome"]
    .flatMap((name) => (process.env["PATH"] ?? "").split(":").map((folder) => join(folder, name)))
    .find((path) => existsSync(path));

const flags = [
  "--headless",
  "--no-sandbox",
  "--disable-gpu",
  "--disable-dev-shm-usage",
  "--remote-debugging-pipe",
];

/** Pages of one browser with a profile of its own: `page(url)` opens one, `close()` ends the browser. */
export async function openChromium(path, more = []) {
  const profile = mkdtempSync(join(tmpdir(), "espalier-chromium-"));
  const child = spawn(path, [...flags, ...more, `--user-data-dir=${profile}`, "about:blank"], {
    stdio: ["ignore", "ignore", "ignore", "pipe", "pipe"],
  });
  const [to, from] = [child.stdio[3], child.stdio[4]];
  const waiting = new Map();
  const listeners = new Set();
  let [last, rest] = [0, ""];
  from.setEncoding("utf8");
  from.on("data", (part) => {
    const words = (rest + part).split("\0");
    rest = words.pop();
    for (const word of words.map((text) => JSON.parse(text))) {
      const { resolve, reject } = waiting.get(word.id) ?? {};
      waiting.delete(word.id);
      if (word.error) reject?.(new Error(word.error.message));
      else if (word.id !== undefined) resolve?.(word.result);
      else for (const listen of listeners) listen(word);
    }
  });
  const ended = new Promise((resolve) => child.once("close", resolve));
  to.on("error", () => undefined);
  void ended.then(() => {
    for (const { reject } of waiting.values()) reject(new Error("Chromium ended"));
  });
  const send = (method, params = {}, sessionId) =>
    new Promise((resolve, reject) => {
      waiting.set(++last, { resolve, reject });
      to.write(`${JSON.stringify({ id: last, method, params, sessionId })}\0`);
    });

  async function page(url, { width = 800, height = 900 } = {}) {
    const { targetId } = await send("Target.createTarget", { url: "about:blank" });
    const { sessionId } = await send("Target.attachToTarget", { targetId, flatten: true });
    const ask = (method, params) => send(method, params, sessionId);
    /** What the console says, and what nobody catches. */
    const said = [];
    listeners.add(({ sessionId: of, method, params }) => {
      if (of !== sessionId) return;
      if (method === "Runtime.consoleAPICalled") said.push(params.args.map(({ value }) => value).join(" "));
      if (method === "Runtime.exceptionThrown")
        said.push(params.exceptionDetails.exception?.description ?? params.exceptionDetails.text);
    });
    await ask("Emulation.setDeviceMetricsOverride", { width, height, deviceScaleFactor: 1, mobile: false });
    await ask("Page.enable");
    await ask("Runtime.enable");
    await ask("Page.navigate", { url });
    const evaluate = async (expression) => {
      const { result, exceptionDetails } = await ask("Runtime.evaluate", {
        expression,
        awaitPromise: true,
        returnByValue: true,
      });
      if (exceptionDetails) throw new Error(exceptionDetails.exception?.description ?? exceptionDetails.text);
      return result.value;
    };
    return {
      said,
      evaluate,
      /** The text of an element once it is such that `pattern` matches it. */
      async text(selector, pattern, seconds = 120) {
        const until = Date.now() + 1000 * seconds;
        for (;;) {
          const text = await evaluate(
            `document.querySelector(${JSON.stringify(selector)})?.textContent`,
          ).catch(() => undefined);
          if (pattern.test(text ?? "")) return text;
          if (Date.now() > until)
            throw new Error(
              `${url}: ${selector} is ${JSON.stringify(text)}, not ${pattern}; ${said.join("; ")}`,
            );
          await new Promise((next) => setTimeout(next, 50));
        }
      },
      /** Waits until an expression holds. */
      async until(expression, seconds = 120) {
        for (const end = Date.now() + 1000 * seconds; !(await evaluate(expression));) {
          if (Date.now() > end)
            throw new Error(`${url}: it never holds that ${expression}; ${said.join("; ")}`);
          await new Promise((next) => setTimeout(next, 20));
        }
      },
      async screenshot() {
        const { data } = await ask("Page.captureScreenshot", { format: "png" });
        return Buffer.from(data, "base64");
      },
      reload: () => ask("Page.reload"),
      close: () => send("Target.closeTarget", { targetId }),
    };
  }
  return {
    page,
    async close() {
      await send("Browser.close").catch(() => undefined);
      await ended;
      rmSync(profile, { recursive: true, force: true, maxRetries: 10, retryDelay: 100 });
    },
  };
}
