/** What is wrong with one part of what was asked, such as a place in a filter. */
export interface FieldError {
  field: string;
  code: string;
  message: string;
  /** Where in the text, counted from 1. */
  position?: number;
}

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
