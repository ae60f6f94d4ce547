import { expect, it } from "vitest";
import { namedNetwork } from "../../helpers/front-case.js";
import { codes } from "../../helpers/front.js";

it("warns where no layer keeps moving statistics", () => {
  const text = "recalibrate batch-norm over 4 batches";
  expect(codes(text, { network: namedNetwork("residual, identity") })).toEqual([]);
  expect(codes(text, { network: namedNetwork("lstm") })).toEqual(["P3029"]);
  expect(codes(text)).toEqual([]);
});
