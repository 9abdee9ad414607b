/** A labelled object. */
export interface LabelBox {
  class: string;
  /** x, y, width, height in the picture's pixels. */
  box: [number, number, number, number];
  /** Neither to be found nor a false alarm: a crowd, or marked as difficult. */
  ignored: boolean;
}

/** A picture with what is known of it. */
export interface LabelledPicture {
  file: string;
  /** Where it comes from: the name of its folder. */
  source: string;
  /** Size in pixels that the boxes refer to. */
  width: number;
  height: number;
  /** Classes that were looked for; of the others nothing is known. */
  labelled: ReadonlySet<string>;
  boxes: LabelBox[];
}
