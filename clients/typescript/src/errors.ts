import type { FieldError } from './frames.js';

/** Says by its code what went wrong; for people there is the message. */
export class HolobaseError extends Error {
  override readonly name: string = 'HolobaseError';

  constructor(
    readonly code: string,
    message: string,
    readonly errors: readonly FieldError[] = [],
  ) {
    super(message);
  }
}
