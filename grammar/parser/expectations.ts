import type { IParserErrorMessageProvider, TokenType } from "chevrotain";

/**
 * Error "messages" that only name what was expected, as token type names joined by tabs. The wording is made later,
 * where the tokens around the mistake are known.
 */
const names = (types: readonly (TokenType | undefined)[]): string =>
  [...new Set(types.flatMap((type) => (type === undefined ? [] : [type.name])))].join("\t");

export const expectations: IParserErrorMessageProvider = {
  buildMismatchTokenMessage: ({ expected }) => names([expected]),
  buildNoViableAltMessage: ({ expectedPathsPerAlt }) =>
    names(expectedPathsPerAlt.flat().map((path) => path[0])),
  buildEarlyExitMessage: ({ expectedIterationPaths }) => names(expectedIterationPaths.map((path) => path[0])),
  buildNotAllInputParsedMessage: () => "",
};
