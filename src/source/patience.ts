import { withDeadline } from "../frame/deadline.ts";

/** A camera that sends nothing for this long counts as gone. */
const SILENCE_MS = 5000;
/**
 * Before its first picture a camera that sends is waited for as long as until its next keyframe: 10 s and more
 * where it sends few to save bandwidth. One that sends nothing is given up by ffmpeg itself.
 */
const KEYFRAME_MS = 30_000;

/**
 * Waits for the first picture of a connection.
 *
 * @throws {DeadlineError} after 30 s
 */
export function firstPicture<T>(promise: Promise<T>): Promise<T> {
  return withDeadline(promise, KEYFRAME_MS, `it sent no keyframe within ${KEYFRAME_MS / 1000} s`);
}

/**
 * Waits for a later picture, or for what is left of one that has begun.
 *
 * @throws {DeadlineError} after 5 s
 */
export function inTime<T>(promise: Promise<T>): Promise<T> {
  return withDeadline(promise, SILENCE_MS, `it sent no picture for ${SILENCE_MS / 1000} s`);
}
