import { afterAll, describe, test } from "vitest";
import { openBackend, tf } from "../../../runtime/backend/index.js";
import type { BackendName } from "../../../runtime/types.js";
import { cases } from "./cases.js";
import { compare } from "./compare.js";

describe.each<BackendName>(["wasm", "cpu"])("as stock computes it, on %s", (name) => {
  const wanted = cases.filter((c) => (name === "cpu") === (c.cpu ?? false));
  test.each(wanted)("$name", async (c) => {
    const backend = await openBackend({ backend: name });
    await compare(c, backend);
  });
  afterAll(() => tf.disposeVariables());
});
