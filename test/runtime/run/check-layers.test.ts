import { expect, it } from "vitest";
import { layersHash } from "../../../core/ir/hash.js";
import { openRun } from "../../../runtime/index.js";
import { options, residualNetwork, smallNetwork } from "./fixtures.js";

it("a loop made for one network opens no run on another, and one on the same layers of other sizes", async () => {
  const { session } = await openRun(options({ network: smallNetwork() }));
  const layers = layersHash(session.loaded);
  await expect(openRun(options({ network: residualNetwork(), layers }))).rejects.toThrow(
    /\[P7010\]: this loop was compiled for a network of other layers than `residual` has$/,
  );
  await expect(openRun(options({ network: smallNetwork({ units: 4 }), layers }))).resolves.toBeDefined();
  await expect(openRun(options({ network: residualNetwork() }))).resolves.toBeDefined();
});
