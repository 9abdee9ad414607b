/** What viewers have received since they began. */
export interface Totals {
  /** Viewers that did not get in. */
  refused: number;
  /** WHEP viewers that have received something in the last two seconds. */
  watching: number;
  /** Pictures of WHEP viewers, each counted for each viewer. */
  pictures: number;
  /** RTP packets. */
  received: number;
  /** RTP packets that did not come. */
  lost: number;
  /** Parts of HLS segments. */
  parts: number;
  /** Parts that were gone before a viewer asked for them. */
  skipped: number;
  /** Of each part that came since the last line: milliseconds from its end at the camera to its arrival. */
  ages: readonly number[];
  /** Requests for playlists and parts that were refused or failed. */
  failures: number;
  /** Of media. */
  bytes: number;
}
