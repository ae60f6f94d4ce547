import { expect, it } from "vitest";
import { openBackend } from "../../../runtime/backend/index.js";
import { pageHost } from "../../../runtime/browser/host.js";
import { chain } from "../../helpers/latency-networks.js";

it("in a page layers are timed once, and not on a GPU", async () => {
  const wanted = { network: chain([2, 3]), batch: 1 };
  const backend = await openBackend({ backend: "cpu" });
  const host = pageHost(undefined);
  const table = await host.latencyTable(backend, wanted);
  expect(await host.latencyTable(backend, wanted)).toBe(table);
  expect(await host.latencyTable(backend, { ...wanted, batch: 2 })).not.toBe(table);
  for (const name of ["webgl", "webgpu"] as const)
    await expect(host.latencyTable({ ...backend, name }, wanted)).rejects.toThrow(
      new RegExp(`P7024.*on ${name}`, "s"),
    );
});
