import { expect, it } from "vitest";
import { compile } from "../../../compiler/compile.js";
import { readNetwork } from "../../../core/network/read.js";

it("names the layers nobody knows where they are why nothing can be selected", () => {
  const layer = (class_name: string, name: string, config: object) => ({
    class_name,
    config: { name, ...config },
  });
  const layers = [
    layer("Dense", "a", { units: 8, batch_input_shape: [null, 4] }),
    layer("MyGate", "my_1", {}),
    layer("Dense", "b", { units: 3 }),
  ];
  const { network } = readNetwork({ class_name: "Sequential", config: { name: "gated", layers } });
  if (network === null) throw new Error("the network does not read");
  const { diagnostics } = compile("prune neurons by l1 30%", { network });
  expect(diagnostics).toMatchObject([
    {
      code: "P4005",
      notes: ["kinds in `gated`: dense", expect.stringMatching(/^what meets `my_1` has to stay: .*MyGate/)],
    },
  ]);
});
