/** What the numbers of pictures mean, in ffmpeg's names; null where it is not known. */
export interface ColorTags {
  space: string | null;
  primaries: string | null;
  transfer: string | null;
}

/** Nothing is known. */
export const NO_COLOR_TAGS: ColorTags = { space: null, primaries: null, transfer: null };

/** What ffprobe says of a video stream. */
export interface ColorFields {
  pix_fmt?: string;
  color_space?: string;
  color_primaries?: string;
  color_transfer?: string;
}

const RGB = /^(pal8|monob|monow|[0ax]?(rgb|bgr)|gbr|rgba|bgra)/;

/** What the numbers of a stream mean once they are I420. */
export function readColorTags(stream: ColorFields | undefined): ColorTags {
  const known = (value: string | undefined) =>
    value && !/^(unknown|reserved|gbr)$/.test(value) ? value : null;
  return {
    // ffmpeg's scaler makes I420 of RGB by BT.601, whatever its size.
    space: RGB.test(stream?.pix_fmt ?? "") ? "smpte170m" : known(stream?.color_space),
    primaries: known(stream?.color_primaries),
    transfer: known(stream?.color_transfer),
  };
}

/** What is to be known of pictures in HDR, in words; null for others. */
export function hdrWarning(tags: ColorTags | undefined): string | null {
  const name = { smpte2084: "PQ", "arib-std-b67": "HLG" }[tags?.transfer ?? ""];
  return name
    ? `HDR (${name}), kept in 8 bits: what cannot show HDR shows it greyer than it was`
    : null;
}

/** ffmpeg's arguments that write the tags into an encoded stream. */
export function colorArguments({ space, primaries, transfer }: ColorTags): string[] {
  const tag = (flag: string, value: string | null) => value === null ? [] : [flag, value];
  return [
    ...tag("-colorspace", space),
    ...tag("-color_primaries", primaries),
    ...tag("-color_trc", transfer),
  ];
}
