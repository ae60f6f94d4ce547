interface Row {
  /** The option of the API that gives them by name. */
  readonly option: string;
  /** What stands for one: a function, or an object of this member, with what it reads beside it where `reads` says so. */
  readonly member: string | null;
  readonly reads: boolean;
  /** How one is written, for whoever has none. */
  readonly example: string;
}

/** What a program may take from JavaScript, a row a kind. */
export const javascript = {
  loss: { option: "losses", member: null, reads: false, example: "(yTrue, yPred, { tf }) => …" },
  metric: { option: "metrics", member: null, reads: false, example: "(yTrue, yPred, { tf }) => …" },
  criterion: {
    option: "criteria",
    member: "score",
    reads: true,
    example: 'defineCriterion({ reads: ["w"], score: ({ w }) => … })',
  },
  penalty: {
    option: "penalties",
    member: "penalty",
    reads: true,
    example: 'definePenalty({ reads: ["w"], penalty: ({ w }, { tf }) => … })',
  },
  gate: {
    option: "gates",
    member: "gate",
    reads: false,
    example: "defineGate({ params: { s: 1 }, gate: ({ s }, { tf }) => tf.sigmoid(s) })",
  },
  compensation: {
    option: "compensations",
    member: "compensate",
    reads: false,
    example: "defineCompensation({ compensate: ({ weights, moments, missing }) => … })",
  },
  step: { option: "steps", member: "act", reads: false, example: "defineStep({ act: (session) => … })" },
} as const satisfies Readonly<Record<string, Row>>;

export type JavaScriptKind = keyof typeof javascript;
export type JavaScriptOption = (typeof javascript)[JavaScriptKind]["option"];

export const isJavaScriptKind = (kind: string): kind is JavaScriptKind => Object.hasOwn(javascript, kind);
export const javascriptKinds: readonly JavaScriptKind[] = Object.keys(javascript).filter(isJavaScriptKind);
export const javascriptRow = (kind: JavaScriptKind): Row => javascript[kind];

/** The export of a JavaScript file that a name in a program means: `focal-loss` is `focalLoss`. */
export const exportOf = (name: string): string =>
  name.replace(/-+([A-Za-z])/g, (_, letter: string) => letter.toUpperCase());
