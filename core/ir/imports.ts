/** The export of a JavaScript file that a name in a program means: `focal-loss` is `focalLoss`. */
export const exportOf = (name: string): string =>
  name.replace(/-+([A-Za-z])/g, (_, letter: string) => letter.toUpperCase());
