type Paint = (text: string) => string;

/** Colours, injected so that renderers know nothing of terminals. picocolors' `createColors` gives one. */
export interface Palette {
  readonly bold: Paint;
  readonly dim: Paint;
  readonly red: Paint;
  readonly yellow: Paint;
  readonly cyan: Paint;
  readonly green: Paint;
}

const plain: Paint = (text) => text;
/** No colours at all. */
export const noColors: Palette = {
  bold: plain,
  dim: plain,
  red: plain,
  yellow: plain,
  cyan: plain,
  green: plain,
};
