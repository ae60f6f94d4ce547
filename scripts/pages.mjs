// What the pages of examples/bundlers do in a browser: they read digits, train, on GPUs too, are closed in the middle, find their storage
// full, and hear of new schedules. They are served with a policy that forbids code made of texts.
import { cpSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { createServer, preview } from "vite";

const right = /(\d+) of (\d+) digits right/;
const round =
  /^round (\d+): (\d+) of 200 digits right, by (\d+) of (\d+) parameters and (\d+) of (\d+) MACs, on (\w+)$/;

/**
 * Opens all of them. `problems` says what was not as it should be, `lines` what they say, `picture` is how the one that trains looks in
 * the end.
 */
export async function openPages(chromium, folder) {
  const problems = [];
  const lines = [];
  const expect = (holds, what) => void (holds || problems.push(what));
  const say = (line) => {
    lines.push(line);
    console.log(line);
  };
  const at = { shipped: NaN, picture: null };

  await served(folder, "vite", async (url) => {
    const page = await chromium.page(url);
    const text = await page.text("#said", right);
    say(`${url} reads: ${text}`);
    at.shipped = Number(right.exec(text)[1]);
    await page.close();
  });

  await served(folder, "page", async (url) => {
    const page = await chromium.page(url);
    const text = await page.text("#said", round);
    say(`${url} trains: ${text}`);
    const [, , correct, params, before, macs, , backend] = round.exec(text);
    expect(correct >= 160, `the page that trains has ${correct} of 200 digits right`);
    // Half of the filters of both convolutions.
    expect(
      params === "9098" && before === "20490" && macs === "78400",
      `the page slimmed otherwise: ${text}`,
    );
    expect(backend === "wasm", `the page trains on ${backend}`);
    const kept = `indexedDB.databases().then((all) => all.map(({ name }) => name).join())`;
    expect((await page.evaluate(kept)).includes("tensorflowjs"), "the model was not kept in IndexedDB");
    expect(page.said.length === 0, `the page says ${page.said.join("; ")}`);
    at.picture = await page.screenshot();
    await page.close();

    const worker = await chromium.page(`${url}?worker`);
    const same = await worker.text("#said", round);
    say(`${url}?worker trains: ${same}`);
    expect(same === text, "a worker and a page train otherwise");
    await worker.close();

    await onGpus(chromium, url, { whole: text, say, expect });
    await closedInTheMiddle(chromium, url, { whole: text, say, expect });
    await closedInACheckpoint(chromium, url, { whole: text, say, expect });
    await withoutRoom(chromium, url, { whole: text, say, expect });
  });

  await hotUpdate(chromium, folder, { say, expect });
  return { ...at, problems, lines };
}

/** A page that is stopped and one that is closed go on from their last whole checkpoints, to the same network. */
async function closedInTheMiddle(chromium, url, { whole, say, expect }) {
  for (const query of ["", "?storage=indexeddb"]) {
    const stopped = await chromium.page(`${url}${query}`);

    await stopped.until("document.querySelector('#progress')?.value > 0.25");
    await stopped.click("#stop");
    say(`${url}${query} stopped: ${await stopped.text("#said", /interrupted/)}`);
    await stopped.close();

    const closed = await chromium.page(`${url}${query}`);
    await closed.text("#events", /^resumed at step/m);
    await closed.until("document.querySelector('#progress')?.value > 0.5");
    await closed.close();

    const last = await chromium.page(`${url}${query}`);
    const events = await last.text("#events", /^resumed at step (\d+)/m);
    const text = await last.text("#said", round);
    const [from] = /^resumed at step \d+/m.exec(events);
    say(`${url}${query} ${from}: ${text}`);
    expect(text === whole, `a page that was closed trains otherwise: ${text}`);
    await last.close();
  }
}

/** WebGL and WebGPU are taken where all kernels compute right, and train to what WebAssembly trains to. */
async function onGpus(chromium, url, { whole, say, expect }) {
  const page = await chromium.page(`${url}?gpu=webgl`);
  const text = await page.text("#said", round, 400);
  say(`${url}?gpu=webgl trains: ${text}`);
  expect(/on webgl$/.test(text), `a page with WebGL trains otherwise: ${await page.text("#events", /^/)}`);
  const [right, asMany] = [text, whole].map((one) => Number(round.exec(one)[2]));
  expect(Math.abs(right - asMany) <= 4, `WebGL has ${right} digits right where WebAssembly has ${asMany}`);
  await page.close();

  const examined = await chromium.page(`${url}?gpu=webgpu&doctor`);
  const found = await examined.text("#said", /compute right/, 400);
  say(`${url}?gpu=webgpu&doctor finds: ${found}`);
  const adapter = "navigator.gpu?.requestAdapter().then(Boolean) ?? false";
  const wanted = (await examined.evaluate(adapter)) ? "webgpu" : "wasm";
  expect(
    found === `${wanted}: 19 of 19 kernels compute right`,
    `WebGPU: ${await examined.text("#events", /^/)}`,
  );
  await examined.close();
}

/** A page that is closed between the two files of a checkpoint goes on from the one before. */
async function closedInACheckpoint(chromium, url, { whole, say, expect }) {
  const closed = await chromium.page(url);
  await closed.until("document.querySelector('#progress')?.value > 0.4");
  await closed.evaluate(`{
    const { createWritable } = FileSystemFileHandle.prototype;
    FileSystemFileHandle.prototype.createWritable = function (...options) {
      if (this.name !== "state.json") return createWritable.apply(this, options);
      window.isWriting = true;
      return new Promise(() => undefined);
    };
  }`);
  await closed.until("window.isWriting");
  await closed.close();

  const last = await chromium.page(url);
  const events = await last.text("#events", /^resumed at step/m);
  const text = await last.text("#said", round);
  say(`${url} closed in a checkpoint: ${events.trim().replaceAll("\n", "; ")}: ${text}`);
  expect(events.includes("P7012"), `a checkpoint that was cut is not told: ${events}`);
  expect(text === whole, `a page that was closed in a checkpoint trains otherwise: ${text}`);
  await last.close();
}

/** A run whose storage gets full ends with a diagnostic, and goes on once there is room. */
async function withoutRoom(chromium, url, { whole, say, expect }) {
  const { origin } = new URL(url);
  const full = await chromium.page(url);
  await full.until("document.querySelector('#progress')?.value > 0.3");
  await full.ask("Storage.overrideQuotaForOrigin", { origin, quotaSize: 1000 });
  const told = await full.text("#said", /P\d{4}|^round/);
  expect(/P7005/.test(told), `a page without room says ${told}`);
  expect(full.said.length === 0, `a page without room says ${full.said.join("; ")}`);
  await full.ask("Storage.overrideQuotaForOrigin", { origin });
  await full.close();

  const last = await chromium.page(url);
  const [from] = /^resumed at step \d+/m.exec(await last.text("#events", /^resumed at step \d+/m));
  const text = await last.text("#said", round);
  say(`${url} without room: ${told}\n  and with room again, ${from}: ${text}`);
  expect(text === whole, `a page that had no room trains otherwise: ${text}`);
  await last.close();
}

/** An edited schedule runs in the page that is open. */
async function hotUpdate(chromium, folder, { say, expect }) {
  // A copy: what is edited is no file of the repository.
  const copy = mkdtempSync(join(folder, "out", "dev-"));
  for (const name of ["page", "network.mjs", "digits.mjs"])
    cpSync(join(folder, name), join(copy, name), { recursive: true });
  const before = process.cwd();
  process.chdir(copy);
  const server = await createServer({
    root: "page",
    configFile: "page/vite.config.mjs",
    cacheDir: join(copy, "cache"),
    logLevel: "error",
    server: { port: 0, watch: { usePolling: true, interval: 50 } },
  });
  try {
    await server.listen();
    const [url] = server.resolvedUrls.local;
    const page = await chromium.page(url);
    const first = await page.text("#said", round);
    await page.evaluate("window.isTheSame = true");
    const schedule = join(copy, "page", "schedule.prune");
    writeFileSync(schedule, readFileSync(schedule, "utf8").replace("50%", "75%"));
    const second = await page.text("#said", /^round 2/);
    say(`${url} in Vite's server: ${first}\n  and with 75% in place of 50%: ${second}`);
    expect(await page.evaluate("window.isTheSame === true"), "Vite loaded the page anew");
    expect(round.exec(second)?.[3] === "4266", `the new schedule slims otherwise: ${second}`);
    await page.close();
  } finally {
    await server.close();
    process.chdir(before);
    rmSync(copy, { recursive: true, force: true });
  }
}

const headers = { "Content-Security-Policy": "script-src 'self' 'wasm-unsafe-eval'; object-src 'none'" };

async function served(folder, root, use) {
  const configFile = join(folder, root, "vite.config.mjs");
  const server = await preview({ root: join(folder, root), configFile, preview: { port: 0, headers } });
  try {
    await use(`http://localhost:${server.httpServer.address().port}/`);
  } finally {
    await server.close();
  }
}
