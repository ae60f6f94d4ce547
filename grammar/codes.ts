import type { Severity } from "../core/diagnostics/diagnostic.js";

export interface SyntaxCode {
  readonly code: string;
  readonly severity: Severity;
  /** The mistake in a few words; each occurrence has a message of its own. */
  readonly title: string;
}

/** Every diagnostic of the grammar. */
export const SYNTAX_CODES = {
  unexpected: { code: "P1001", severity: "error", title: "unexpected text" },
  incomplete: { code: "P1002", severity: "error", title: "the text ends too early" },
  unknownStatement: { code: "P1003", severity: "error", title: "unknown statement" },
  unknownClause: { code: "P1004", severity: "error", title: "unknown clause" },
  unknownStructure: { code: "P1005", severity: "error", title: "unknown structure" },
  unknownWord: { code: "P1006", severity: "error", title: "misspelt word" },
  unclosedBlock: { code: "P1007", severity: "error", title: "unclosed block" },
  strayBrace: { code: "P1008", severity: "error", title: "closing brace without an opening one" },
  orphanBlock: { code: "P1009", severity: "error", title: "block without a statement" },
  missingBrace: { code: "P1010", severity: "error", title: "missing opening brace" },
  missingBy: { code: "P1011", severity: "error", title: "missing `by`" },
  amountFirst: { code: "P1012", severity: "error", title: "amount before the structure" },
  splitPercent: { code: "P1013", severity: "error", title: "space inside a percentage" },
  doubleEquals: { code: "P1014", severity: "error", title: "`==` for `=`" },
  equalsForColon: { code: "P1015", severity: "error", title: "`=` for `:` in an argument" },
  unclosedString: { code: "P1016", severity: "error", title: "unclosed string" },
  unquotedPath: { code: "P1017", severity: "error", title: "unquoted path" },
  unquotedPattern: { code: "P1018", severity: "error", title: "unquoted layer name" },
  needlessJoin: { code: "P1019", severity: "error", title: "comma or `and` between clauses" },
  missingUnit: { code: "P1020", severity: "error", title: "duration without a unit" },
  wrongUnit: { code: "P1021", severity: "error", title: "misplaced or unknown unit" },
  ambiguousAmount: { code: "P1022", severity: "error", title: "`rate` or `ratio` as an amount" },
  repeatedClause: { code: "P1023", severity: "error", title: "clause given twice" },
  callForm: { code: "P1024", severity: "error", title: "statement written as a call" },
  missingSeparator: { code: "P1025", severity: "error", title: "missing comma or colon" },
  andInList: { code: "P1026", severity: "error", title: "`and` in a list" },
  missingBracket: { code: "P1027", severity: "error", title: "missing closing bracket" },
  unknownCharacters: { code: "P1028", severity: "error", title: "unknown characters" },
  tooDeep: { code: "P1029", severity: "error", title: "nested too deeply" },
  tooLarge: { code: "P1030", severity: "error", title: "text too large" },
  tooMany: { code: "P1031", severity: "error", title: "too many mistakes" },
  reservedName: { code: "P1032", severity: "error", title: "name that is a word of the language" },
  layerScope: { code: "P1033", severity: "error", title: "`per layer` as a scope" },
  wrongComment: { code: "P1034", severity: "error", title: "comment that does not start with `#`" },
  numberRange: { code: "P1035", severity: "error", title: "number out of range" },
} as const satisfies Record<string, SyntaxCode>;

export type SyntaxMistake = keyof typeof SYNTAX_CODES;
