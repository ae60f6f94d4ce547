import { describe, expect, it } from "vitest";
import { abs, openRun, sum, type OpenRun } from "../../../runtime/index.js";
import { hold } from "../../../core/masks/hold.js";
import { latent } from "../../../core/masks/state.js";
import { options, smallNetwork } from "./fixtures.js";

const network = smallNetwork();
const rule = { structure: "weights", in: "d1", by: sum(abs("w")) } as const;
const key = "d1/kernel";

/** An update that moves the weight underneath the first latent one. */
function grow(run: OpenRun, place: number, to: number): void {
  const data = run.session.parameters.get(key)?.data;
  if (data) data[place] = to;
  hold(run.session);
}
const code = (run: OpenRun, place: number): number | undefined =>
  run.session.state.elements.get(key)?.[place];
const prune = (run: OpenRun, id: number, awaitsRestore: boolean) =>
  run.prune(id, { ...rule, below: 0.05, manner: "latently", awaitsRestore });
const texts = (run: OpenRun) => run.session.record.events.map(({ text }) => text);

describe("what died latently by a threshold", () => {
  it("stays dead until a restore finds it over the upper threshold, before the first restore too", async () => {
    const run = await openRun(options({ network }));
    await prune(run, 1, true);
    const place = run.session.state.elements.get(key)?.indexOf(latent) ?? -1;
    grow(run, place, 0.3);
    await prune(run, 2, true);
    expect(code(run, place)).toBe(latent);
    grow(run, place, 0.1);
    await run.restore(3, { ...rule, above: 0.2 });
    expect(code(run, place)).toBe(latent);
    grow(run, place, -0.3);
    await prune(run, 4, true);
    expect(code(run, place)).toBe(latent);
    await run.restore(5, { ...rule, above: 0.2 });
    expect(code(run, place)).toBe(0);
    expect(run.session.parameters.get(key)?.data[place]).toBe(Math.fround(-0.3));
    expect(texts(run)[4]).toMatch(/^restored 1 weight:/);
    run.session.executor.dispose();
  });

  it("comes back by itself over the threshold where nothing restores", async () => {
    const run = await openRun(options({ network }));
    await prune(run, 1, false);
    const place = run.session.state.elements.get(key)?.indexOf(latent) ?? -1;
    grow(run, place, 0.1);
    await prune(run, 2, false);
    expect(code(run, place)).toBe(0);
    expect(run.session.parameters.get(key)?.data[place]).toBe(Math.fround(0.1));
    run.session.executor.dispose();
  });
});
