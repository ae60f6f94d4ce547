/** How images are altered at random, each example anew in every epoch. What is altered by more than one goes through them in this order. */
interface Row {
  /** What is written behind it: a share, degrees, or nothing. */
  readonly amount: "share" | "degrees" | null;
  /** The amount is at most this; `below`: less than this. */
  readonly most?: number;
  readonly below?: boolean;
  /** True where things end up elsewhere in the picture. */
  readonly moves: boolean;
}

export const augmentations = {
  /** Left and right change places, in half of the examples. */
  flip: { amount: null, moves: true },
  /** Top and bottom change places, in half of the examples. */
  "flip-vertical": { amount: null, moves: true },
  /** By whole pixels, up to this share of height and width each way. */
  shift: { amount: "share", most: 1, moves: true },
  /** About the centre, up to so many degrees each way. */
  rotate: { amount: "degrees", most: 180, moves: true },
  /** About the centre, larger or smaller by up to this share. */
  zoom: { amount: "share", most: 1, below: true, moves: true },
  /** All values are multiplied by 1 and up to this share more or less. */
  brightness: { amount: "share", most: 1, moves: false },
  /** So are the distances of all values from the mean of their channel. */
  contrast: { amount: "share", most: 1, moves: false },
  /** A square, its side this share of the shorter side of the image, takes the mean of each channel. */
  cutout: { amount: "share", most: 1, moves: false },
} satisfies Readonly<Record<string, Row>>;

export type Augmentation = keyof typeof augmentations;
export const isAugmentation = (name: string): name is Augmentation => Object.hasOwn(augmentations, name);
export const augmentationNames = Object.keys(augmentations).filter(isAugmentation);
export const augmentationRow = (name: Augmentation): Row => augmentations[name];
