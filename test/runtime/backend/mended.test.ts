import { beforeAll, describe } from "vitest";
import { mendKernels } from "../../../runtime/backend/node/mended.js";
import { openBackend, tf } from "../../../runtime/backend/index.js";
import { mendedSuite } from "./mended-suite.js";

describe("kernels of tfjs-node taken another way, here over those of the cpu backend", () => {
  beforeAll(async () => {
    await openBackend({ backend: "cpu" });
    mendKernels(tf, "cpu");
  });
  mendedSuite({ backend: "cpu" }, 60);
});
