import { cpSync, mkdirSync, mkdtempSync, realpathSync, rmSync, symlinkSync } from "node:fs";
import { tmpdir } from "node:os";
import { basename, join } from "node:path";
import { fileURLToPath } from "node:url";
import { expect, it } from "vitest";
import { node } from "../e2e/cli.js";
import { builtPackage } from "../helpers/package.js";
import { smallProject } from "../e2e/project.js";

/** A program that hears of new schedules, in Vite's server; what is asked of the server is said in JSON, a line each. */
const server = `
import { writeFileSync } from "node:fs";
import { createServer, createServerModuleRunner } from "vite";
import espalier from "espalier/vite";

const said = [];
const server = await createServer({
  configFile: false, logLevel: "silent", plugins: [espalier({ backend: "wasm", batch: 16, network: "net.json", data: "data.npz" })],
  server: { port: 0, watch: { usePolling: true, interval: 30 } }, base: "/below/", optimizeDeps: { noDiscovery: true },
  environments: { ssr: { resolve: { external: ["espalier"] } } },
});
await server.listen();
const say = (what) => console.log(JSON.stringify(what));
const until = async (holds) => { while (!(await holds())) await new Promise((next) => setTimeout(next, 20)); };

const runner = createServerModuleRunner(server.environments.ssr, { hmr: { logger: false } });
const state = (globalThis.state = { rounds: 0, train: null });
await runner.import("/main.mjs");
const macs = async () => (await state.train({ network: "net.json", data: "data.npz", backend: "wasm" })).report.after.macs;
say(await macs());
writeFileSync("parts/half.prune", "method half() {\\n  prune filters by l1 local 50%\\n}\\n");
await until(() => state.rounds === 1);
say(await macs());
writeFileSync("a.prune", "train 2 steps\\nprune filers by l1 50%\\n");
await new Promise((next) => setTimeout(next, 300));
say(await runner.import("/a.prune?t=1").then(() => null, (cause) => ({ message: cause.message, loc: cause.loc, frame: cause.frame })));

const at = \`http://localhost:\${server.httpServer.address().port}\`;
const get = async (path) => (await fetch(at + path, { headers: { accept: "*/*" } }));
const module = await (await get("/below/b.prune?import&model")).text();
const url = JSON.parse(/export default ("[^"]*")/.exec(module)[1]);
const model = await (await get(url)).json();
const weights = await get(new URL(model.weightsManifest[0].paths[0], at + url).pathname);
say({ url, bytes: (await weights.arrayBuffer()).byteLength });
await runner.close();
await server.close();
`;
const main = `import train from "./a.prune";
state.train = train;
import.meta.hot.accept("./a.prune", (module) => {
  if (module === undefined) return; // a mistake: the last one goes on
  state.train = module.default;
  state.rounds++;
});
`;

it("Vite's server swaps a schedule in what runs, shows its mistakes, and has the network of ?model", async () => {
  const project = await smallProject(
    'use half from "./parts/half.prune"\ntrain 2 steps\nhalf()\nslim\nfinetune 2 steps\n',
  );
  mkdirSync(join(project.folder, "parts"));
  project.write("parts/half.prune", "method half() {\n  prune filters by l1 local 25%\n}\n");
  project.write("b.prune", "prune filters by l1 local 50%\nslim\n");
  project.write("main.mjs", main);
  project.write("dev.mjs", server);
  // Vite watches nothing below a node_modules.
  const folder = mkdtempSync(join(tmpdir(), "espalier-vite-"));
  cpSync(project.folder, folder, { recursive: true });
  mkdirSync(join(folder, "node_modules"));
  symlinkSync(await builtPackage(), join(folder, "node_modules/espalier"));
  symlinkSync(
    fileURLToPath(new URL("../../node_modules/vite", import.meta.url)),
    join(folder, "node_modules/vite"),
  );
  const { code, out, err } = await node({ ...project, folder }, ["dev.mjs"], { env: { CI: "" } });
  rmSync(folder, { recursive: true });
  expect(code, err).toBe(0);
  const [before, after, mistake, served] = out
    .trim()
    .split("\n")
    .map((line) => JSON.parse(line));
  expect(after).toBeLessThan(before);
  expect(mistake).toMatchObject({
    message: expect.stringMatching(/error\[P1005\].*`filers`/),
    loc: { file: join(realpathSync(tmpdir()), basename(folder), "a.prune"), line: 2, column: 6 },
    frame: expect.stringContaining("2 │ prune filers by l1 50%"),
  });
  expect(served.url).toMatch(/^\/below\/@espalier\/assets\/b-[0-9a-f]{8}\.json$/);
  expect(served.bytes).toBeGreaterThan(1000);
}, 60_000);
