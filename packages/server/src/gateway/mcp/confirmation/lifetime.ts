/** How long a question waits for its answer. */
export const CONFIRMATION_SECONDS = 600;
