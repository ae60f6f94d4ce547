import { describe, expect, it } from "vitest";
import { format, parse, type Expr } from "../../grammar/index.js";
import { quote, stringValue } from "../../grammar/tokens.js";

function condition(text: string): Expr {
  const [statement] = parse(`require ${text}`).program.statements;
  if (statement?.kind !== "require") throw new Error(`not a condition: ${text}`);
  return statement.condition;
}

/** Fully parenthesized, so that the shape shows. */
function shape(value: Expr): string {
  if (value.kind === "binary") return `(${shape(value.left)} ${value.op} ${shape(value.right)})`;
  if (value.kind === "unary") return `(${value.op} ${shape(value.operand)})`;
  if (value.kind === "paren") return shape(value.inner);
  if (value.kind === "ref") return value.path.map((name) => name.text).join(".");
  if (value.kind === "number" || value.kind === "percent") return value.raw;
  return value.kind;
}

describe("precedence", () => {
  it.each([
    ["a + b * c", "(a + (b * c))"],
    ["a - b - c", "((a - b) - c)"],
    ["a / b * c", "((a / b) * c)"],
    ["-a^2", "(- (a ^ 2))"],
    ["a^b^c", "(a ^ (b ^ c))"],
    ["2^-a^b", "(2 ^ (- (a ^ b)))"],
    ["a * -b", "(a * (- b))"],
    ["not a = b and c", "((not (a = b)) and c)"],
    ["a or b and c", "(a or (b and c))"],
    ["a < b + 1 or not not c", "((a < (b + 1)) or (not (not c)))"],
    ["i-1", "(i - 1)"],
    ["w-w0", "w-w0"],
    ["layer.std * 2", "(layer.std * 2)"],
  ])("%s", (text, expected) => expect(shape(condition(text))).toBe(expected));
});

describe("literals", () => {
  it.each([
    ["1M", 1e6],
    ["2k", 2e3],
    ["3G", 3e9],
    ["1e-4", 1e-4],
    ["0.5", 0.5],
    ["50%", 0.5],
  ])("%s", (text, expected) => expect(condition(text)).toMatchObject({ value: expected, raw: text }));

  it("reads durations", () => {
    expect(condition("500 steps")).toMatchObject({
      kind: "duration",
      value: 500,
      unit: "steps",
      counted: true,
    });
    expect(condition("1 epoch")).toMatchObject({ kind: "duration", value: 1, unit: "epochs" });
    expect(format("prune weights by l1 10% every 1 epochs").text).toContain("every 1 epoch\n");
  });

  it.each(["a", 'say "a"', "C:\\data\\x", "\\", 'end\\"', "\\\\", "é\u0000"])(
    "keeps the string %j",
    (value) => {
      expect(stringValue(quote(value))).toBe(value);
    },
  );

  it("lets a backslash stand for itself", () => expect(stringValue('"C:\\data"')).toBe("C:\\data"));
});

describe("the canonical form", () => {
  it("orders clauses, opens blocks and keeps comments and blank lines", () => {
    const text = `prune filters 50% every 2 epochs global by l1 # halve
regrow random;  # later


train 5 epochs { slim at epochs 5
  # done
}
prune filters softly # soft, on purpose
  by sum(abs(w*g))/size-1
  30%
prune filters # widest
  by l1 # cheap
  30%
`;
    expect(format(text).text).toBe(`prune filters by l1 global 50% every 2 epochs # halve
regrow random # later

train 5 epochs {
  slim at epoch 5
  # done
}
# soft, on purpose
prune filters by sum(abs(w * g)) / size - 1 30% softly
prune filters # widest
    by l1 # cheap
    30%
`);
  });

  it("breaks long statements between clauses", () => {
    const text = `prune filters in conv2d_1, conv2d_2, conv2d_3 except "head/*" by abs(sum(w * g)) over 8 batches global 30% every 2 epochs softly\n`;
    expect(format(text).text)
      .toBe(`prune filters in conv2d_1, conv2d_2, conv2d_3 except "head/*" by abs(sum(w * g)) over 8 batches
    global 30% every 2 epochs softly
`);
  });

  it("leaves a text alone that does not parse", () => {
    expect(format("pruen  filters\n")).toMatchObject({
      text: "pruen  filters\n",
      diagnostics: [{ code: "P1003" }],
    });
  });
});
