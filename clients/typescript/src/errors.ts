import type { FieldError } from './frames.js';

/** Says by its code why something can’t be listened to; for people there is the message. */
export class HolobaseError extends Error {
  override readonly name = 'HolobaseError';

  constructor(
    readonly code: string,
    message: string,
    readonly errors: readonly FieldError[] = [],
  ) {
    super(message);
  }
}
