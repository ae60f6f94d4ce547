import { expect, it } from "vitest";
import { compile } from "../../../compiler/compile.js";
import { checkReport } from "../../../compiler/render/check/report.js";
import { namedNetwork } from "../../helpers/front-case.js";

it("check says what the forward pass of a teacher costs", () => {
  const program = (from: string) =>
    `train 1 epoch\nmark dense\nfinetune 1 epoch minimizing distillation(from: ${from})`;
  const network = namedNetwork("plain");
  const teachers = new Map([["other", namedNetwork("residual, identity")]]);
  const said = (from: string): string => {
    const report = checkReport(compile(program(from), { network, teachers }), { network, columns: 400 });
    return report.split("\n").find((line) => line.includes("forward pass of its teacher")) ?? "";
  };
  const [own, most, other] = [said("start"), said("dense"), said('"other"')];
  expect(own).toMatch(/more in every step, of [\d,]+ MACs an example, and [\d,]+ bytes of weights$/);
  expect(most).toBe(own.replace("from: start", "from: dense").replace(/(of |and )(?=\d)/g, "$1at most "));
  expect(other.slice(other.indexOf("MACs") - 8)).not.toBe(own.slice(own.indexOf("MACs") - 8));
  expect(said('"nowhere"')).toMatch(/more in every step$/);
});
